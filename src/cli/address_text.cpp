#include "cli/address_text.hpp"

#include "cli/console.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using nlohmann::json;
using reach::AddressView;

std::string line(const char* family, const AddressView& view) {
    if (view.address) return fmt::format("{} {}\n", family, view.address->to_string());
    return fmt::format("{} unknown: {}\n", family, printable(view.reason));
}

json side(const AddressView& view) {
    return {{"address", view.address ? json(view.address->to_string()) : json()},
            {"reason", view.reason}};
}

}  // namespace

std::string address_lines(const reach::ReachView& view) {
    return line("ipv4", view.v4) + line("ipv6", view.v6);
}

std::string address_json(const reach::ReachView& view, UnixSeconds now) {
    const json all = {
        {"time", utc_in_words(now)}, {"ipv4", side(view.v4)}, {"ipv6", side(view.v6)}};
    return all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

bool addresses_settled(const reach::ReachView& view) {
    if (!view.place) return view.complete;
    const bool v4 = view.v4.address || !view.place->v4;
    const bool v6 = view.v6.address || !view.place->v6;
    return view.complete || (v4 && v6);
}

std::string AddressNews::take(const reach::ReachView& view, bool late, UnixSeconds now) {
    const bool v4 = is_news(v4_, view.v4, late);
    const bool v6 = is_news(v6_, view.v6, late);
    if (!v4 && !v6) return {};
    if (json_) return address_json(view, now);
    std::string text;
    if (v4) text += utc_in_words(now) + ' ' + line("ipv4", view.v4);
    if (v6) text += utc_in_words(now) + ' ' + line("ipv6", view.v6);
    return text;
}

bool AddressNews::is_news(Told& told, const AddressView& view, bool late) {
    if (told.any && told.address == view.address) return false;
    if (!told.any && !view.address && !late) return false;
    told = {.any = true, .address = view.address};
    return true;
}

}  // namespace homeport::cli
