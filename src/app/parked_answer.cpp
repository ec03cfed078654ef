#include "app/parked_answer.hpp"

#include "app/limits.hpp"
#include "core/special_addresses.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::app {
namespace {

using Kind = dns::ParkedAnswer::Kind;

constexpr std::string_view kStandIn = "stand-in";
constexpr std::string_view kNothing = "nothing";

Result<IpAddress> parse_address(std::string_view text, bool allow_private) {
    const auto address = IpAddress::parse(text);
    if (!address) {
        return fail(Errc::invalid, fmt::format("\"{}\" is no answer: say \"stand-in\", \"nothing\" "
                                               "or addresses with commas between",
                                               text));
    }
    if (!allow_private && !is_public(*address)) {
        return fail(Errc::invalid,
                    fmt::format("{} is {}: only addresses that the whole Internet reaches are "
                                "allowed here",
                                address->to_string(), to_text(kind_of(*address))));
    }
    return *address;
}

}  // namespace

Result<dns::ParkedAnswer> parse_parked_answer(std::string_view text, bool allow_private) {
    if (text == kStandIn) return dns::ParkedAnswer{};
    if (text == kNothing) return dns::ParkedAnswer{.kind = Kind::nothing};
    dns::ParkedAnswer answer{.kind = Kind::addresses};
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        if (answer.addresses.size() == kMaxParkedAddresses)
            return fail(Errc::invalid,
                        fmt::format("at most {} addresses are allowed", kMaxParkedAddresses));
        auto address = parse_address(text.substr(from, comma - from), allow_private);
        if (!address) return std::unexpected(address.error());
        answer.addresses.push_back(*address);
        from = comma + 1;
    }
    return answer;
}

std::string to_string(const dns::ParkedAnswer& answer) {
    if (answer.kind == Kind::stand_in) return std::string(kStandIn);
    if (answer.kind == Kind::nothing) return std::string(kNothing);
    std::string text;
    for (const IpAddress& address : answer.addresses)
        text += (text.empty() ? "" : ",") + address.to_string();
    return text;
}

}  // namespace homeport::app
