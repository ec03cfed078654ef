#include "cli/status_text.hpp"

#include "cli/console.hpp"
#include "cli/json_fields.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace homeport::cli {
namespace {

using nlohmann::json;

bool has_number(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number();
}

Duration milliseconds(const json& object, const char* name) {
    if (!has_number(object, name)) return {};
    // A year is enough for anybody, and far from overflow.
    const double ms = std::clamp(object[name].get<double>(), 0.0, 3.2e10);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms));
}

Duration seconds(const json& object, const char* name) {
    return 1s *
           static_cast<std::int64_t>(std::min<std::uint64_t>(count(object, name), 3'200'000'000));
}

std::string places(const json& service) {
    std::string joined = text(service, "port").empty() ? "" : "port " + text(service, "port");
    const auto hosts = service.find("hosts");
    if (hosts == service.end() || !hosts->is_array()) return joined;
    for (const json& host : *hosts) {
        if (!host.is_string()) continue;
        if (!joined.empty()) joined += ", ";
        joined += printable(host.get_ref<const std::string&>());
    }
    return joined;
}

std::uint64_t waiting(const std::vector<json>& services) {
    std::uint64_t all = 0;
    for (const json& service : services) all += count(service, "parked");
    return all;
}

/// "last heard 0.4 s ago, 12 ms away, 2 links, now at 192.0.2.7:4711"
std::string line_facts(const json& session) {
    std::string facts =
        has_number(session, "last_heard_ms")
            ? fmt::format("last heard {} ago", in_words(milliseconds(session, "last_heard_ms")))
            : std::string("never heard");
    if (has_number(session, "rtt_ms")) {
        const double rtt = session["rtt_ms"].get<double>();
        facts +=
            rtt < 10 ? fmt::format(", {:.1f} ms away", rtt) : fmt::format(", {:.0f} ms away", rtt);
    }
    facts += ", " + counted(count(session, "links"), "link");
    if (!text(session, "address").empty()) facts += ", address " + text(session, "address");
    return facts;
}

/// What is said of a session that has no link: since when, who waits, what to do.
std::string gap_facts(const json& session, std::uint64_t waiting_visitors,
                      std::string_view next_step) {
    const std::string since = in_words(seconds(session, "in_state_s"));
    std::string facts =
        text(session, "state") == "resuming"
            ? fmt::format("No link for {}: downloads are held and will go on", since)
            : fmt::format("No link for {}: nothing is held", since);
    if (waiting_visitors > 0) {
        facts += fmt::format(", {} {}", counted(waiting_visitors, "visitor"),
                             waiting_visitors == 1 ? "waits" : "wait");
    }
    return fmt::format("{}. Next step: {}", facts, next_step);
}

std::string service_line(const json& service) {
    const std::string where = places(service);
    std::string line = fmt::format("Service {}{}: ", text(service, "name"),
                                   where.empty() ? "" : fmt::format(" ({})", where));
    const std::string state = text(service, "state");
    if (!text(service, "reason").empty()) {
        line += fmt::format("not published: {}. ", text(service, "reason"));
    } else if (state == "parked") {
        line += "shows the \"server stopped\" notice. ";
    } else if (state == "away") {
        line += "away, its home has no link. ";
    }
    line += counted(count(service, "streams"), "visitor") + " now";
    if (count(service, "parked") > 0) line += fmt::format(", {} waiting", count(service, "parked"));
    line += fmt::format(", {} so far", count(service, "visitors_total"));
    if (count(service, "refused_total") > 0)
        line += fmt::format(", {} refused", count(service, "refused_total"));
    return line + fmt::format("; {} in, {} out.\n", size_in_words(count(service, "bytes_in")),
                              size_in_words(count(service, "bytes_out")));
}

std::string head(const json& status, std::string_view who) {
    return fmt::format("{}, homeport {}, runs for {}.\n", who, text(status, "version"),
                       in_words(seconds(status, "uptime_s")));
}

std::string render_home(const json& session, const std::vector<json>& services) {
    const std::string name = text(session, "name");
    std::string out;
    if (text(session, "state") == "up") {
        out = fmt::format("Home \"{}\" is connected, {}.\n", name, line_facts(session));
    } else {
        out = fmt::format(
            "Home \"{}\" is away. {}\n", name,
            gap_facts(session, waiting(services),
                      "see whether the home has power and a line, and whether 'homeport "
                      "agent' runs there."));
    }
    for (const json& service : services) out += "  " + service_line(service);
    if (services.empty()) out += "  It publishes nothing.\n";
    return out;
}

/// "signed; 192.0.2.53:53 has it, 192.0.2.54:53 is 3 min behind"
std::string zone_facts(const json& zone) {
    const auto is_signed = zone.find("signed");
    std::string facts = is_signed != zone.end() && *is_signed == true ? ", signed" : "";
    std::string_view before = "; ";
    for (const json& secondary : objects(zone, "secondaries")) {
        const auto behind = secondary.find("behind");
        const bool is_behind = behind != secondary.end() && *behind == true;
        facts += before;
        facts += text(secondary, "address");
        facts += !has_number(secondary, "serial") ? " has not answered"
                 : is_behind
                     ? fmt::format(" is {} behind", in_words(seconds(secondary, "behind_s")))
                     : " has it";
        before = ", ";
    }
    return facts;
}

/// ", 5 updates" where there were any.
std::string some(const json& object, const char* field, const char* thing) {
    const std::uint64_t all = count(object, field);
    return all == 0 ? "" : ", " + counted(all, thing);
}

/// "Names: 12 names of 3 accounts, 40 requests: 10 changed something, 5 were refused."
std::string render_names(const json& status) {
    const auto found = status.find("names");
    if (found == status.end() || !found->is_object()) return {};
    std::string out = fmt::format("Names: {} of {}, {}: {} changed something, {} were refused",
                                  counted(count(*found, "names"), "name"),
                                  counted(count(*found, "accounts"), "account"),
                                  counted(count(*found, "requests_total"), "request"),
                                  count(*found, "changed_total"), count(*found, "refused_total"));
    const std::uint64_t failed = count(*found, "failed_total");
    if (failed > 0)
        out +=
            fmt::format(", {} could not be done. Next step: look at the disk and the log", failed);
    return out + ".\n";
}

/// "DNS: 2 zones, 1,234 questions, 3 of them beyond the rate of their source."
std::string render_dns(const json& status) {
    const auto found = status.find("dns");
    if (found == status.end() || !found->is_object()) return {};
    const std::vector<json> zones = objects(*found, "zones");
    const std::uint64_t questions =
        count(*found, "queries_udp_total") + count(*found, "queries_tcp_total");
    std::string out =
        fmt::format("DNS: {}, {}", counted(zones.size(), "zone"), counted(questions, "question"));
    const std::uint64_t limited = count(*found, "limited_total");
    if (limited > 0) out += fmt::format(", {} of them beyond the rate of their source", limited);
    out += some(*found, "updates_total", "update");
    out += some(*found, "transfers_total", "transfer");
    out += some(*found, "forged_total", "forged signature");
    out += ".\n";
    for (const json& zone : zones) {
        out += fmt::format("  {} serial {}, {}{}.\n", text(zone, "name"), count(zone, "serial"),
                           counted(count(zone, "names"), "name"), zone_facts(zone));
    }
    return out;
}

std::string render_relay(const json& status) {
    std::string out = head(status, fmt::format("Relay \"{}\"", text(status, "name")));
    const auto sessions = objects(status, "sessions");
    const auto services = objects(status, "services");
    for (const json& session : sessions) {
        std::vector<json> own;
        std::copy_if(
            services.begin(), services.end(), std::back_inserter(own),
            [&](const json& service) { return text(service, "agent") == text(session, "name"); });
        out += render_home(session, own);
    }
    if (sessions.empty()) {
        out += "No home is paired yet. Next step: homeport invite NAME --config FILE --host HOST\n";
    }
    return out + render_dns(status) + render_names(status);
}

std::string render_agent(const json& status) {
    const auto found = status.find("relay");
    const json relay = found != status.end() && found->is_object() ? *found : json::object();
    std::string out = head(status, fmt::format("Agent \"{}\"", text(status, "name")));
    if (text(relay, "state") == "up") {
        out +=
            fmt::format("Relay \"{}\" is connected, {}.\n", text(relay, "name"), line_facts(relay));
    } else {
        out += fmt::format(
            "Relay \"{}\" is out of reach. {}\n", text(relay, "name"),
            gap_facts(relay, 0, "see whether this home has a line, and whether the relay runs."));
    }
    const auto services = objects(status, "services");
    for (const json& service : services) out += "  " + service_line(service);
    if (services.empty())
        out += "  No service yet. Next step: add a [[service]] to the settings.\n";
    return out;
}

}  // namespace

std::string render_status(std::string_view status_json) {
    const json status = json::parse(status_json, nullptr, /*allow_exceptions=*/false);
    if (!status.is_object()) return "The answer could not be understood.\n";
    std::string out = text(status, "role") == "relay" ? render_relay(status) : render_agent(status);
    const std::uint64_t resumes = count(status, "resumes_total");
    const std::uint64_t resets = count(status, "resets_total");
    if (resumes > 0 || resets > 0) {
        out += fmt::format("Changes of the line survived: {}. Downloads lost to a gap: {}.\n",
                           resumes, resets);
    }
    return out;
}

}  // namespace homeport::cli
