#include "config/check.hpp"
#include "config/limits.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::config {
namespace {

/// A service with its table. A setting that was not read stays empty, which no rule here minds: the
/// fault was reported where it was found.
struct Entry {
    const Service& service;
    const Node& table;

    bool has(std::string_view name) const { return table.find(name) != nullptr; }
    std::size_t line(std::string_view name) const {
        const Node* const node = table.find(name);
        return node == nullptr ? table.line : node->line;
    }
    bool kind_known() const {
        const Node* const kind = table.find("kind");
        return kind != nullptr && parse_service_kind(kind->text) == service.kind;
    }
};

/// "[[service]] "web"", or without the name while it has none.
std::string label(const Entry& entry) {
    return "[[service]]" + (entry.service.name.empty() ? "" : " \"" + entry.service.name + "\"");
}

void forbid(const Entry& entry, std::string_view name, std::string_view what,
            std::string_view remedy, Report& report) {
    if (!entry.has(name)) return;
    report.add(entry.line(name), label(entry) + ": " + std::string(what), remedy);
}

void need(const Entry& entry, std::string_view name, std::string_view example, Report& report) {
    if (entry.has(name)) return;
    report.add(entry.table.line,
               label(entry) + ": " + std::string(name) + " is missing, a service of kind " +
                   std::string(to_string(entry.service.kind)) + " needs it",
               "add for example " + std::string(name) + " = " + std::string(example));
}

void check_tcp(const Entry& entry, Report& report) {
    need(entry, "port", "\"2222\"", report);
    const Target& target = entry.service.target;
    if (!entry.service.ports) return;
    const std::size_t wanted = entry.service.ports->count();
    if (!target.unix_path.empty() && wanted > 1) {
        report.add(entry.line("target"), label(entry) + ": a Unix socket serves one port only",
                   "write one port, or a target with a range");
    }
    if (!target.host.empty() && target.ports.count() != wanted) {
        report.add(entry.line("target"),
                   label(entry) + ": port has " + std::to_string(wanted) + " ports, target has " +
                       std::to_string(target.ports.count()),
                   "write as many ports in target as in port");
    }
}

/// A name has to lead visitors to a home whose address changes.
void check_direct(const Entry& entry, Report& report) {
    if (entry.service.direct == Direct::never || entry.has("hosts")) return;
    report.add(entry.line("direct"), label(entry) + ": nothing would lead visitors there",
               "add hosts");
}

void check_passive(const Entry& entry, Report& report) {
    need(entry, "passive", "\"42000-42010\"", report);
    const auto& passive = entry.service.passive;
    if (!passive || passive->count() <= kMaxPassivePorts) return;
    report.add(entry.line("passive"),
               label(entry) + ": passive has " + std::to_string(passive->count()) + " ports",
               "allowed are " + std::to_string(kMaxPassivePorts));
}

void check_ftp_target(const Entry& entry, Report& report) {
    const Target& target = entry.service.target;
    if (!target.unix_path.empty()) {
        report.add(entry.line("target"), label(entry) + ": ftp needs an address of this machine",
                   "write for example target = \"127.0.0.1:21\"");
    } else if (target.ports.count() > 1) {
        report.add(entry.line("target"), label(entry) + ": an ftp server has one control port",
                   "write one port in target, and the data ports in passive");
    }
}

void check_ftp(const Entry& entry, Report& report) {
    need(entry, "port", "21", report);
    if (entry.service.ports && entry.service.ports->count() > 1) {
        report.add(entry.line("port"), label(entry) + ": an ftp server has one control port",
                   "write one port, and the data ports in passive");
    }
    check_passive(entry, report);
    check_ftp_target(entry, report);
    const Node* const direct = entry.table.find("direct");
    if (direct != nullptr && (direct->text == "never" || direct->text == "auto")) {
        report.add(direct->line, label(entry) + ": ftp does not go over the relay",
                   "remove direct, or write direct = \"only\"");
    } else if (!entry.has("hosts")) {
        report.add(entry.table.line, label(entry) + ": nothing would lead visitors there",
                   "add hosts");
    }
    for (const std::string_view name : {"allow", "deny"}) {
        forbid(entry, name, "visitors come straight to the server, which has to refuse them itself",
               "remove " + std::string(name) + " and write the rule into the server's settings",
               report);
    }
    forbid(entry, "proxy_protocol", "visitors come straight to the server",
           "remove proxy_protocol; the server sees their addresses", report);
}

void forbid_ftp_settings(const Entry& entry, Report& report) {
    for (const std::string_view name : {"passive", "address_hook", "check_login"}) {
        forbid(entry, name, "only an ftp service has " + std::string(name),
               "remove " + std::string(name), report);
    }
}

void check_by_name(const Entry& entry, Report& report) {
    const std::string kind(to_string(entry.service.kind));
    need(entry, "hosts", "[\"home.example.net\"]", report);
    forbid(entry, "port", "a service of kind " + kind + " has no port",
           "remove port; visitors come to the listeners of the relay", report);
    if (entry.service.target.ports.count() > 1) {
        report.add(entry.line("target"), label(entry) + ": only a tcp service has a range of ports",
                   "write one port");
    }
}

void check_service(const Entry& entry, Report& report) {
    if (!entry.kind_known()) return;
    switch (entry.service.kind) {
    case ServiceKind::tcp:
        check_tcp(entry, report);
        check_direct(entry, report);
        break;
    case ServiceKind::ftp:
        check_ftp(entry, report);
        break;
    case ServiceKind::http:
    case ServiceKind::tls:
        check_by_name(entry, report);
        break;
    }
    if (entry.service.kind != ServiceKind::ftp) forbid_ftp_settings(entry, report);
    if (entry.service.kind != ServiceKind::tls) {
        forbid(entry, "inner", "only visitors of a tls service bring an encryption of their own",
               "remove inner", report);
    }
    if (entry.service.kind != ServiceKind::http) {
        forbid(entry, "stand_in", "only an http service has a stand-in page", "remove stand_in",
               report);
    }
}

void check_names(const std::vector<Entry>& entries, Report& report) {
    FirstLines seen;
    for (const Entry& entry : entries) {
        if (entry.service.name.empty()) continue;
        add_once(seen, entry.service.name, entry.line("name"), "[[service]] name",
                 "give each service a name of its own", report);
    }
}

bool shares_names(ServiceKind kind) {
    return kind == ServiceKind::tcp || kind == ServiceKind::ftp;
}

/// The same name may be an http and a tls service: they have different listeners. To tcp and ftp
/// services, which have ports of their own, it is an address only.
void check_hosts(const std::vector<Entry>& entries, Report& report) {
    std::map<std::pair<ServiceKind, HostGlob>, std::size_t> seen;
    for (const Entry& entry : entries) {
        if (!entry.kind_known() || shares_names(entry.service.kind)) continue;
        const Node* const list = entry.table.find("hosts");
        for (std::size_t i = 0; i < entry.service.hosts.size(); ++i) {
            const HostGlob& host = entry.service.hosts[i];
            const std::size_t line = list->children.at(i).line;
            const auto [first, fresh] = seen.emplace(std::pair(entry.service.kind, host), line);
            if (fresh) continue;
            report.add(line,
                       label(entry) + ": host \"" + host.text() + "\" is taken in line " +
                           std::to_string(first->second),
                       "a host belongs to one service of a kind; remove one");
        }
    }
}

struct Ports {
    const Entry& entry;
    std::string_view setting;
    PortRange range;
};

std::vector<Ports> all_ports(const std::vector<Entry>& entries) {
    std::vector<Ports> all;
    for (const Entry& entry : entries) {
        if (entry.service.ports) all.push_back({entry, "port", *entry.service.ports});
        if (entry.service.passive) all.push_back({entry, "passive", *entry.service.passive});
    }
    return all;
}

void check_ports(const std::vector<Entry>& entries, Report& report) {
    const std::vector<Ports> all = all_ports(entries);
    for (std::size_t i = 1; i < all.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (!all[i].range.overlaps(all[j].range)) continue;
            const Entry& entry = all[i].entry;
            report.add(entry.line(all[i].setting),
                       label(entry) + ": " + std::string(all[i].setting) + " " +
                           all[i].range.to_string() + " overlaps " + all[j].range.to_string() +
                           " in line " + std::to_string(all[j].entry.line(all[j].setting)),
                       "choose other ports");
            break;
        }
    }
}

/// All services travel to the relay in one message.
void check_announced_size(const std::vector<Entry>& entries, Report& report) {
    constexpr std::size_t kRuleBytes = 20;
    std::size_t total = 0;
    for (const Entry& entry : entries) {
        const Service& service = entry.service;
        for (const HostGlob& host : service.hosts) total += host.text().size();
        total += (service.allow.size() + service.deny.size()) * kRuleBytes;
        total += service.stand_in_html.size();
        if (total <= kMaxAnnouncedBytes) continue;
        return report.add(entry.line("stand_in"),
                          label(entry) +
                              ": hosts, rules and stand-in pages of all services up to "
                              "here are longer than 3 MiB",
                          "shorten the stand-in pages");
    }
}

}  // namespace

void check_agent(const Agent& agent, const Node& root, Report& report) {
    check_resume(agent.resume, root, report);
    check_control("agent", agent.control, root, report);
    const Node* const list = root.find("service");
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < agent.services.size(); ++i) {
        entries.push_back({agent.services[i], list->children.at(i)});
    }
    for (const Entry& entry : entries) check_service(entry, report);
    check_names(entries, report);
    check_hosts(entries, report);
    check_ports(entries, report);
    check_announced_size(entries, report);
}

}  // namespace homeport::config
