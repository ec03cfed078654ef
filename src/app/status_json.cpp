#include "app/status_json.hpp"

#include "cli/version.hpp"
#include "cli/words.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace homeport::app {
namespace {

using nlohmann::json;

std::string one_line(const json& object) {
    // Names come from peers' settings: a bad byte must not make the whole answer fail.
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::int64_t in_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

/// Milliseconds with three digits, enough for a link on one host.
double in_ms(Duration duration) {
    return std::round(static_cast<double>(duration.count()) / 1000.0) / 1000.0;
}

json session_json(const tunnel::SessionStatus& session, UnixSeconds wall) {
    const std::int64_t in_state_s = std::max<std::int64_t>(0, in_seconds(session.in_state));
    json object{{"name", session.name},
                {"state", tunnel::to_string(session.state)},
                {"since", cli::utc_in_words(wall - in_state_s)},
                {"in_state_s", static_cast<std::uint64_t>(in_state_s)},
                {"last_heard_ms", nullptr},
                {"links", session.links},
                {"rtt_ms", nullptr},
                {"address", session.address},
                {"streams", session.streams},
                {"resumes_total", session.resumes_total},
                {"resets_total", session.resets_total}};
    if (session.last_heard) object["last_heard_ms"] = to_ms(*session.last_heard);
    if (session.rtt) object["rtt_ms"] = in_ms(*session.rtt);
    return object;
}

json service_json(const ServiceFacts& service) {
    json object{{"name", service.name},
                {"kind", to_string(service.kind)},
                {"state", to_string(service.state)},
                {"hosts", json::array()},
                {"streams", service.streams},
                {"parked", service.parked},
                {"bytes_in", service.bytes_in},
                {"bytes_out", service.bytes_out},
                {"visitors_total", service.visitors_total},
                {"refused_total", service.refused_total}};
    if (!service.agent.empty()) object["agent"] = service.agent;
    if (!service.reason.empty()) object["reason"] = service.reason;
    if (service.ports) object["port"] = service.ports->to_string();
    for (const HostGlob& host : service.hosts) object["hosts"].push_back(host.text());
    return object;
}

json hosts_json(const std::vector<HostFacts>& hosts) {
    json rows = json::array();
    for (const HostFacts& host : hosts)
        rows.push_back(
            {{"agent", host.agent}, {"host", host.host}, {"state", to_string(host.state)}});
    return rows;
}

json secondary_json(const SecondaryFacts& secondary) {
    json row{{"address", secondary.address}, {"behind", secondary.behind}};
    if (secondary.serial) row["serial"] = *secondary.serial;
    if (secondary.behind) row["behind_s"] = to_ms(secondary.behind_for) / 1000;
    return row;
}

json names_json(const NamesFacts& names) {
    return {{"names", names.names},
            {"accounts", names.accounts},
            {"requests_total", names.requests},
            {"changed_total", names.changed},
            {"unchanged_total", names.unchanged},
            {"refused_total", names.refused},
            {"failed_total", names.failed}};
}

json dns_json(const DnsFacts& dns) {
    json zones = json::array();
    for (const ZoneFacts& zone : dns.zones) {
        json secondaries = json::array();
        for (const SecondaryFacts& secondary : zone.secondaries)
            secondaries.push_back(secondary_json(secondary));
        zones.push_back({{"name", zone.name},
                         {"serial", zone.serial},
                         {"names", zone.names},
                         {"signed", zone.is_signed},
                         {"secondaries", std::move(secondaries)}});
    }
    return {{"zones", std::move(zones)},        {"queries_udp_total", dns.udp},
            {"queries_tcp_total", dns.tcp},     {"noerror_total", dns.no_error},
            {"nxdomain_total", dns.nx_domain},  {"refused_total", dns.refused},
            {"formerr_total", dns.malformed},   {"other_total", dns.other},
            {"truncated_total", dns.truncated}, {"limited_total", dns.limited},
            {"cookies_total", dns.known},       {"forged_total", dns.forged},
            {"transfers_total", dns.transfers}, {"updates_total", dns.updates}};
}

}  // namespace

std::string_view to_string(ServiceState state) {
    switch (state) {
    case ServiceState::up:
        return "up";
    case ServiceState::parked:
        return "parked";
    case ServiceState::away:
        return "away";
    }
    return "away";
}

std::string_view to_string(HostState state) {
    switch (state) {
    case HostState::direct:
        return "direct";
    case HostState::relayed:
        return "relayed";
    case HostState::away:
        return "away";
    case HostState::parked:
        return "parked";
    case HostState::unproven:
        return "unproven";
    }
    return "relayed";
}

std::string status_json(const RoleFacts& facts) {
    json object{{"role", facts.relay ? "relay" : "agent"},
                {"name", facts.name},
                {"version", cli::version()},
                {"uptime_s", static_cast<std::uint64_t>(in_seconds(facts.uptime))},
                {"services", json::array()},
                {"buffer_bytes", facts.buffer_bytes}};
    std::uint64_t resumes = 0;
    std::uint64_t resets = 0;
    if (facts.relay) object["sessions"] = json::array();
    if (facts.relay) object["hosts"] = hosts_json(facts.hosts);
    for (const tunnel::SessionStatus& session : facts.sessions) {
        resumes += session.resumes_total;
        resets += session.resets_total;
        if (facts.relay) {
            object["sessions"].push_back(session_json(session, facts.wall));
        } else {
            object["relay"] = session_json(session, facts.wall);
        }
    }
    for (const ServiceFacts& service : facts.services)
        object["services"].push_back(service_json(service));
    if (facts.dns) object["dns"] = dns_json(*facts.dns);
    if (facts.dns && facts.dns->service) object["names"] = names_json(*facts.dns->service);
    object["resumes_total"] = resumes;
    object["resets_total"] = resets;
    return one_line(object);
}

std::string reload_json(const ReloadReport& report) {
    if (report.problems.empty()) {
        return one_line(json{{"changed", report.changed}, {"restart", report.restart}});
    }
    return one_line(json{{"error", "the new settings are wrong; the old ones stay in force"},
                         {"remedy", "correct them and reload again"},
                         {"problems", report.problems}});
}

}  // namespace homeport::app
