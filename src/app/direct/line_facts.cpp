#include "app/direct/line_facts.hpp"

#include <nlohmann/json.hpp>

namespace homeport::app {
namespace {

using nlohmann::json;

json seconds_or_null(const std::optional<Duration>& duration) {
    if (!duration) return nullptr;
    return std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
}

json address_json(const reach::AddressView& view, const std::string& habit) {
    json object{{"address", nullptr}, {"reason", view.reason}};
    if (view.address) object["address"] = view.address->to_string();
    if (!habit.empty()) object["changes"] = habit;
    return object;
}

json port_json(const PortFacts& port) {
    return {{"service", port.service},
            {"transport", "tcp"},
            {"family", port.family == reach::Family::v4 ? "ipv4" : "ipv6"},
            {"external", port.external},
            {"internal", port.internal},
            {"state", to_text(port.state)},
            {"by", port.by},
            {"address", port.address},
            {"fault", port.fault},
            {"retry_s", seconds_or_null(port.retry)},
            {"proof", to_text(port.proof)},
            {"proven_s", seconds_or_null(port.proven)},
            {"detail", port.detail}};
}

}  // namespace

std::string_view to_text(PortState state) {
    switch (state) {
    case PortState::waiting:
        return "waiting";
    case PortState::asking:
        return "asking";
    case PortState::mapped:
        return "mapped";
    case PortState::failed:
        return "failed";
    case PortState::not_needed:
        return "not needed";
    case PortState::off:
        return "off";
    }
    return "?";
}

std::string line_json(const LineFacts& facts) {
    json object{{"active", facts.active}, {"why", facts.idle_why}, {"ports", json::array()}};
    object["address"] = {{"ipv4", address_json(facts.addresses[0], facts.habit[0])},
                         {"ipv6", address_json(facts.addresses[1], facts.habit[1])}};
    for (const PortFacts& port : facts.ports) object["ports"].push_back(port_json(port));
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace homeport::app
