#include "cli/ports_text.hpp"

#include "cli/console.hpp"
#include "cli/json_fields.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace homeport::cli {
namespace {

using nlohmann::json;

/// As core/probe.hpp says it.
constexpr std::string_view kArrived = "arrived here";
constexpr std::string_view kUntested = "not tested";

using Row = std::array<std::string, 5>;
const Row kTitles = {"SERVICE", "OUTSIDE", "HERE", "ROUTER", "FROM OUTSIDE"};

bool has_count(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned();
}

/// "7 s", "5 min": whole seconds, because that is what the agent tells.
std::string ago(const json& object, const char* name) {
    constexpr std::uint64_t kMost = 3'200'000'000;  // a century, and far from overflow
    const std::uint64_t seconds = std::min(count(object, name), kMost);
    if (seconds < 10) return fmt::format("{} s", seconds);
    return in_words(1s * static_cast<std::int64_t>(seconds));
}

std::string family_word(const std::string& word) {
    if (word == "ipv4") return "IPv4";
    return word == "ipv6" ? "IPv6" : word;
}

std::string outside_word(const json& port) {
    return fmt::format("{} {}/{}", family_word(text(port, "family")), count(port, "external"),
                       text(port, "transport"));
}

std::string router_word(const json& port) {
    const std::string state = text(port, "state");
    const std::string by = text(port, "by");
    const std::string fault = text(port, "fault");
    const std::string named = by.empty() ? std::string() : fmt::format(" by {}", by);
    if (state == "mapped") return "opened" + named;
    if (state == "asking") return by.empty() ? "is asked" : fmt::format("is asked, {}", by);
    if (state == "waiting") return fault.empty() ? "none answers" : fault;
    if (state != "failed") return state;
    std::string word = fault.empty() ? "not opened" : fmt::format("not opened: {}", fault);
    if (has_count(port, "retry_s")) word += fmt::format("; again in {}", ago(port, "retry_s"));
    return word;
}

/// "proven 7 s ago", "no answer from outside (silence), last proven 2 min ago"
std::string proof_word(const json& port) {
    const std::string proof = text(port, "proof");
    const std::string detail = text(port, "detail");
    const bool proven = has_count(port, "proven_s");
    if (proof == kArrived)
        return proven ? fmt::format("proven {} ago", ago(port, "proven_s")) : "proven";
    std::string word = proof.empty() ? std::string(kUntested) : proof;
    if (word != kUntested) word += " from outside";
    if (!detail.empty()) word += fmt::format(" ({})", detail);
    if (proven) word += fmt::format(", last proven {} ago", ago(port, "proven_s"));
    return word;
}

Row row_of(const json& port) {
    const std::uint64_t internal = count(port, "internal");
    return {text(port, "service"), outside_word(port),
            internal == 0 ? std::string("-") : std::to_string(internal), router_word(port),
            proof_word(port)};
}

std::string table(const std::vector<Row>& rows) {
    std::array<std::size_t, 5> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string all;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            all += fmt::format("{:<{}}  ", row[i], widths[i]);
        all += row.back() + '\n';
    }
    return all;
}

std::string address_text(const json& address, const char* family) {
    const auto side = address.find(family);
    if (side == address.end() || !side->is_object()) return {};
    const std::string known = text(*side, "address");
    const std::string reason = text(*side, "reason");
    const std::string habit = text(*side, "changes");
    if (!known.empty()) {
        return fmt::format("{}: {}{}\n", family_word(family), known,
                           habit.empty() ? habit : fmt::format(", changes {}", habit));
    }
    return fmt::format("{}: unknown{}\n", family_word(family),
                       reason.empty() ? reason : fmt::format(" ({})", reason));
}

std::string addresses(const json& answer) {
    const auto address = answer.find("address");
    if (address == answer.end() || !address->is_object()) return {};
    return address_text(*address, "ipv4") + address_text(*address, "ipv6");
}

bool is_met_by_nobody(const json& port) {
    const std::string proof = text(port, "proof");
    return !proof.empty() && proof != kArrived && proof != kUntested;
}

/// For the first thing that fails, the most serious kind first; empty: all is well.
std::string next_step(const std::vector<json>& ports) {
    const auto first = [&](auto&& matches) -> const json* {
        const auto found = std::ranges::find_if(ports, matches);
        return found == ports.end() ? nullptr : &*found;
    };
    const auto in_state = [&](std::string_view state) {
        return first([&](const json& port) { return text(port, "state") == state; });
    };
    if (const json* port = in_state("failed")) {
        return fmt::format(
            "allow this device to open ports in the router's settings (UPnP, PCP or NAT-PMP), or "
            "forward {} to this device's port {} there by hand",
            outside_word(*port), count(*port, "internal"));
    }
    if (in_state("waiting") != nullptr) {
        return "switch UPnP, PCP or NAT-PMP on in the router's settings; 'homeport doctor' shows "
               "what it answers";
    }
    if (const json* port = first(is_met_by_nobody)) {
        return fmt::format(
            "run 'homeport doctor' with the same settings: it finds out why {} does not arrive; "
            "visitors come by way of the relay meanwhile, where the settings allow that",
            outside_word(*port));
    }
    return {};
}

}  // namespace

std::string render_ports(std::string_view answer) {
    const json object = json::parse(answer, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return "The answer could not be understood.\n";
    std::string all = addresses(object);
    if (!all.empty()) all += '\n';
    const std::string why = text(object, "why");
    if (!why.empty()) all += fmt::format("All visitors come by way of the relay: {}.\n", why);
    const std::vector<json> ports = objects(object, "ports");
    if (ports.empty()) return why.empty() ? all + "No service has a port at the router.\n" : all;
    std::vector<Row> rows{kTitles};
    for (const json& port : ports) rows.push_back(row_of(port));
    all += table(rows);
    const std::string step = next_step(ports);
    return step.empty() ? all : fmt::format("{}Next step: {}.\n", all, step);
}

}  // namespace homeport::cli
