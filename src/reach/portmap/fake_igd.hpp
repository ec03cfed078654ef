#pragma once
/// For tests: a scripted UPnP router with a switch for each oddity of real ones, and a world with
/// virtual time that carries datagrams and calls between it and a machine. No sockets.

#include "reach/portmap/machine.hpp"
#include "reach/wire/http_url.hpp"
#include "reach/wire/ssdp.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace homeport::reach::testing {

/// What a router of some maker does differently.
struct IgdOddities {
    // Search.
    bool silent_ssdp = false;
    bool only_exact_types = false;  ///< nothing of use to ssdp:all
    bool only_everybody = false;    ///< answers ssdp:all only
    bool new_location_each_time = false;
    std::uint16_t answer_port = kSsdpPort;
    Duration answer_after{20ms};
    std::optional<IpAddress> answer_from;
    std::string location;  ///< not empty: instead of the real one
    // Description.
    std::string description;  ///< not empty: instead of the real one
    bool blanks_behind_urls = false;
    bool absolute_urls = false;
    bool broken_tags = false;
    // Calls.
    bool control_refuses = false;  ///< the description can be read, services cannot be called
    bool dead = false;             ///< nothing is answered
    int http_status = 0;           ///< of every call, without a body
    std::string page;              ///< not empty: what every call answers, with status 200
    // State.
    std::string status = "Connected";
    std::string external = "203.0.113.7";
    int status_error = 0;
    bool firewall = false;  ///< has WANIPv6FirewallControl
    bool firewall_on = true;
    bool pinholes_allowed = true;
    bool pinholes_by_v6_only = false;
    // Mappings: an error of this code, in every case or in the named one.
    int refusal = 0;
    int refuses_leases = 0;                ///< other than 0
    int refuses_long_leases = 0;           ///< 0, and those above a week less a second
    int foreign_code = 718;                ///< the port belongs to somebody else
    int again_code = 0;                    ///< for a mapping that stands as it was wished
    bool keeps_lease = false;              ///< asking again does not extend it
    bool ignores_leases = false;           ///< mappings stay, and are listed as permanent
    bool no_look = false;                  ///< 401 for GetSpecificPortMappingEntry
    bool capitals_only = false;            ///< 402 for "tcp"
    bool any_host_matches_nobody = false;  ///< a mapping with RemoteHost 0.0.0.0 is not listed
    std::size_t silent_limit = 10'000;     ///< entries; more are accepted and forgotten
};

struct IgdEntry {
    std::string client;
    std::string internal_port;
    std::string description;
    std::string enabled = "1";
    TimePoint ends = kNever;
    friend bool operator==(const IgdEntry&, const IgdEntry&) = default;
};

class FakeIgd {
public:
    using Key = std::pair<std::string, std::string>;  ///< external port, protocol
    using Values = std::vector<std::pair<std::string, std::string>>;

    explicit FakeIgd(std::string_view at = "192.168.1.1:5000") : at_(Endpoint::parse(at).value()) {}

    IgdOddities odd;
    std::map<Key, IgdEntry> table;
    std::map<int, TimePoint> pinholes;  ///< number and end
    int last_pinhole = 0;
    std::uint32_t boot_id = 1;
    std::string uuid = "fake";
    TimePoint line_since{};
    std::vector<std::string> log;  ///< "AddPortMapping 443 TCP", in order
    std::string last_sid;
    int subscriptions = 0;
    std::string device_type = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";
    std::string service_type = "urn:schemas-upnp-org:service:WANIPConnection:1";

    const Endpoint& at() const { return at_; }
    bool serves(const Endpoint& to) const { return to == at_; }
    std::size_t count(std::string_view action) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            log, [&](const std::string& line) { return line.starts_with(action); }));
    }
    /// As if it had lost power.
    void restart(TimePoint now) {
        table.clear();
        pinholes.clear();
        last_pinhole = 0;
        line_since = now;
        ++boot_id;
    }

    std::string location() {
        if (!odd.location.empty()) return odd.location;
        const std::string fresh = odd.new_location_each_time ? std::to_string(++locations_) : "";
        return "http://" + at_.to_string() + "/desc" + fresh + ".xml";
    }
    std::optional<std::string> answer_search(const std::string& target) {
        const bool everybody = target == "ssdp:all";
        const bool exact = target == device_type || target == service_type;
        if (odd.silent_ssdp || odd.dead || !(everybody || exact)) return std::nullopt;
        if ((everybody && odd.only_exact_types) || (exact && odd.only_everybody))
            return std::nullopt;
        return "HTTP/1.1 200 OK\r\nST: " + target + "\r\nUSN: uuid:" + uuid + "::" + target +
               "\r\nLOCATION: " + location() + "\r\nBOOTID.UPNP.ORG: " + std::to_string(boot_id) +
               "\r\n\r\n";
    }
    std::string notify(std::string_view kind) {
        return "NOTIFY * HTTP/1.1\r\nNT: " + device_type + "\r\nNTS: " + std::string(kind) +
               "\r\nUSN: uuid:" + uuid + "::" + device_type + "\r\nLOCATION: " + location() +
               "\r\nBOOTID.UPNP.ORG: " + std::to_string(boot_id) + "\r\n\r\n";
    }

    /// Nothing: no reply at all.
    std::optional<Result<HttpReply>> answer(const HttpCall& call, TimePoint now) {
        if (odd.dead) return std::nullopt;
        if (call.method == "GET") return get(call);
        if (call.method != "POST") return event_call(call);
        if (odd.control_refuses) return fail(Errc::refused, "connection refused");
        if (odd.http_status != 0) return HttpReply{odd.http_status, {}, {}};
        if (!odd.page.empty()) return HttpReply{200, {}, odd.page};
        return soap(call, now);
    }

private:
    struct Arguments {
        std::map<std::string, std::string> values;
        std::string operator[](const std::string& name) const {
            const auto found = values.find(name);
            return found == values.end() ? "missing" : found->second;
        }
    };

    std::string url(std::string path) const {
        if (odd.absolute_urls) path = "http://" + at_.to_string() + path;
        return odd.blanks_behind_urls ? path + " \r\n " : path;
    }
    std::string service(const std::string& type, const std::string& path) const {
        const std::string close = odd.broken_tags ? "</controlUrl>" : "</controlURL>";
        return "<service><serviceType>" + type + "</serviceType><controlURL>" + url(path) + close +
               "<eventSubURL>" + url("/evt") + "</eventSubURL></service>";
    }
    Result<HttpReply> get(const HttpCall& call) const {
        if (!call.path.starts_with("/desc")) return HttpReply{404, {}, {}};
        if (!odd.description.empty()) return HttpReply{200, {}, odd.description};
        std::string body = "<?xml version=\"1.0\"?><root xmlns=\"urn:x\"><device><deviceType>" +
                           device_type +
                           "</deviceType><manufacturer>Fake</manufacturer><modelName>Router"
                           "</modelName><serviceList>";
        body += service(service_type, "/ctl");
        if (odd.firewall) {
            body += service("urn:schemas-upnp-org:service:WANIPv6FirewallControl:1", "/fw");
        }
        return HttpReply{200, {}, body + "</serviceList></device></root>"};
    }
    Result<HttpReply> event_call(const HttpCall& call) {
        log.push_back(call.method);
        if (call.method == "UNSUBSCRIBE") {
            --subscriptions;
            return HttpReply{200, {}, {}};
        }
        if (call.fields.front().first != "SID") {
            ++subscriptions;
            last_sid = "uuid:sub-" + std::to_string(++sids_);
        }
        return HttpReply{200, {{"sid", last_sid}, {"timeout", "Second-1800"}}, {}};
    }

    Result<HttpReply> soap(const HttpCall& call, TimePoint now) {
        Arguments arguments;
        const auto leaves = xml_leaves(call.body);
        for (const XmlLeaf& leaf : *leaves) arguments.values[std::string(leaf.name)] = leaf.text;
        std::string action = call.fields.back().second;
        action = action.substr(action.find('#') + 1);
        action.pop_back();
        log.push_back(action + " " + arguments["NewExternalPort"] + " " + arguments["NewProtocol"]);
        std::erase_if(table, [&](const auto& one) { return one.second.ends <= now; });
        std::erase_if(pinholes, [&](const auto& one) { return one.second <= now; });
        Values values;
        const int code = run(action, arguments, call.to.address.is_v4(), now, values);
        return code == 0 ? reply(action, values) : refuse(code);
    }
    static HttpReply reply(const std::string& action, const Values& values) {
        std::string inside;
        for (const auto& [name, value] : values) {
            inside.append("<").append(name).append(">").append(xml_escape(value));
            inside.append("</").append(name).append(">");
        }
        return {200,
                {},
                "<s:Envelope xmlns:s=\"x\"><s:Body><u:" + action + "Response>" + inside +
                    "</u:" + action + "Response></s:Body></s:Envelope>"};
    }
    static HttpReply refuse(int code) {
        return {500,
                {},
                "<s:Envelope xmlns:s=\"x\"><s:Body><s:Fault><detail><UPnPError><errorCode>" +
                    std::to_string(code) +
                    "</errorCode><errorDescription>own words"
                    "</errorDescription></UPnPError></detail></s:Fault></s:Body>"
                    "</s:Envelope>"};
    }

    int run(const std::string& action, const Arguments& in, bool by_v4, TimePoint now,
            Values& out) {
        if (action == "GetStatusInfo") return status_info(now, out);
        if (action == "GetExternalIPAddress") {
            out = {{"NewExternalIPAddress", odd.external}};
            return 0;
        }
        if (action == "GetFirewallStatus") {
            out = {{"FirewallEnabled", odd.firewall_on ? "1" : "0"},
                   {"InboundPinholeAllowed", odd.pinholes_allowed ? "1" : "0"}};
            return 0;
        }
        if (action.find("Pinhole") != std::string::npos)
            return pinhole(action, in, by_v4, now, out);
        const Key key{in["NewExternalPort"], in["NewProtocol"]};
        if (action == "AddPortMapping") return add(key, in, now);
        if (action == "DeletePortMapping") return table.erase(key) == 1 ? 0 : 714;
        if (action == "GetSpecificPortMappingEntry") return look(key, now, out);
        if (action == "GetGenericPortMappingEntry") return generic(in, now, out);
        return 401;
    }
    int status_info(TimePoint now, Values& out) const {
        if (odd.status_error != 0) return odd.status_error;
        const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - line_since);
        out = {{"NewConnectionStatus", odd.status}, {"NewUptime", std::to_string(uptime.count())}};
        return 0;
    }
    int add(const Key& key, const Arguments& in, TimePoint now) {
        const auto lease = std::stoul(in["NewLeaseDuration"]);
        if (odd.refusal != 0) return odd.refusal;
        if (odd.capitals_only && key.second != "TCP" && key.second != "UDP") return 402;
        if (odd.refuses_leases != 0 && lease != 0) return odd.refuses_leases;
        if (odd.refuses_long_leases != 0 && lease != 604'800) return odd.refuses_long_leases;
        IgdEntry entry{in["NewInternalClient"], in["NewInternalPort"],
                       in["NewPortMappingDescription"], "1", now + std::chrono::seconds(lease)};
        if (lease == 0 || odd.ignores_leases) entry.ends = kNever;
        const auto old = table.find(key);
        if (old != table.end() && old->second.client != entry.client) return odd.foreign_code;
        if (old != table.end() && odd.again_code != 0) return odd.again_code;
        if (old != table.end() && odd.keeps_lease) entry.ends = old->second.ends;
        if (old == table.end() && table.size() >= odd.silent_limit) return 0;
        if (odd.any_host_matches_nobody && !in["NewRemoteHost"].empty()) return 0;
        table[key] = entry;
        return 0;
    }
    static Values values_of(const Key& key, const IgdEntry& entry, TimePoint now) {
        const auto left = entry.ends == kNever ? Duration{} : entry.ends - now;
        return {{"NewRemoteHost", ""},
                {"NewExternalPort", key.first},
                {"NewProtocol", key.second},
                {"NewInternalPort", entry.internal_port},
                {"NewInternalClient", entry.client},
                {"NewEnabled", entry.enabled},
                {"NewPortMappingDescription", entry.description},
                {"NewLeaseDuration", std::to_string(to_ms(left) / 1000)}};
    }
    int look(const Key& key, TimePoint now, Values& out) const {
        if (odd.no_look) return 401;
        const auto found = table.find(key);
        if (found == table.end()) return 714;
        out = values_of(key, found->second, now);
        return 0;
    }
    int generic(const Arguments& in, TimePoint now, Values& out) const {
        const auto index = std::stoul(in["NewPortMappingIndex"]);
        if (index >= table.size()) return 713;
        const auto found = std::next(table.begin(), static_cast<std::ptrdiff_t>(index));
        out = values_of(found->first, found->second, now);
        return 0;
    }
    int pinhole(const std::string& action, const Arguments& in, bool by_v4, TimePoint now,
                Values& out) {
        if (!odd.pinholes_allowed) return 703;
        if (odd.pinholes_by_v6_only && by_v4) return 606;
        if (odd.refusal != 0) return odd.refusal;
        if (action == "AddPinhole") {
            pinholes[++last_pinhole] = now + std::chrono::seconds(std::stoul(in["LeaseTime"]));
            out = {{"UniqueID", std::to_string(last_pinhole)}};
            return 0;
        }
        const auto found = pinholes.find(std::stoi(in["UniqueID"]));
        if (found == pinholes.end()) return 704;
        if (action == "UpdatePinhole") {
            found->second = now + std::chrono::seconds(std::stoul(in["NewLeaseTime"]));
        } else if (action == "DeletePinhole") {
            pinholes.erase(found);
        } else {
            out = {{"PinholePackets", "0"}};
        }
        return 0;
    }

    Endpoint at_;
    int locations_ = 0;
    int sids_ = 0;
};

}  // namespace homeport::reach::testing
