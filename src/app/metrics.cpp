#include "app/metrics.hpp"

#include "app/limits.hpp"
#include "cli/version.hpp"

#include <fmt/format.h>

namespace homeport::app {
namespace {

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out;
}

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Collects families: help and type once, then one line per labelled value.
class Page {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = fmt::format("homeport_{}", name);
        text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, type);
    }
    template <class Number>
    void value(std::string_view labels, Number number) {
        text_ += fmt::format("{}{} {}\n", name_, labels, number);
    }
    std::string take() { return std::move(text_); }

private:
    std::string name_;
    std::string text_;
};

std::string label(const tunnel::SessionStatus& session) {
    return fmt::format("{{agent=\"{}\"}}", escaped(session.name));
}

std::string label(const ServiceFacts& service) {
    return fmt::format("{{agent=\"{}\",service=\"{}\"}}", escaped(service.agent),
                       escaped(service.name));
}

std::string label(const ZoneFacts& zone) {
    return fmt::format("{{zone=\"{}\"}}", escaped(zone.name));
}

template <class Items, class Read>
void add(Page& page, std::string_view name, std::string_view type, std::string_view help,
         const Items& items, Read read) {
    page.family(name, type, help);
    for (const auto& item : items) page.value(label(item), read(item));
}

void add_sessions(Page& page, const std::vector<tunnel::SessionStatus>& sessions) {
    using Session = tunnel::SessionStatus;
    add(page, "session_up", "gauge", "1 while a link to the home answers.", sessions,
        [](const Session& s) { return s.state == tunnel::SessionState::up ? 1 : 0; });
    add(page, "session_links", "gauge", "Links to the home.", sessions,
        [](const Session& s) { return s.links; });
    add(page, "session_streams", "gauge", "Streams to the home.", sessions,
        [](const Session& s) { return s.streams; });
    add(page, "session_rtt_seconds", "gauge", "Round trip time to the home, 0 while unknown.",
        sessions, [](const Session& s) { return in_seconds(s.rtt.value_or(Duration{})); });
    add(page, "resumes_total", "counter", "Links replaced while streams went on.", sessions,
        [](const Session& s) { return s.resumes_total; });
    add(page, "resets_total", "counter", "Streams cut because they could not go on.", sessions,
        [](const Session& s) { return s.resets_total; });
}

void add_services(Page& page, const std::vector<ServiceFacts>& services) {
    using Service = ServiceFacts;
    add(page, "service_up", "gauge", "1 while visitors reach the service.", services,
        [](const Service& s) { return s.state == ServiceState::up ? 1 : 0; });
    add(page, "service_streams", "gauge", "Visitors being served.", services,
        [](const Service& s) { return s.streams; });
    add(page, "service_parked", "gauge", "Visitors waiting for the home.", services,
        [](const Service& s) { return s.parked; });
    add(page, "service_bytes_in_total", "counter", "Bytes from visitors to the home.", services,
        [](const Service& s) { return s.bytes_in; });
    add(page, "service_bytes_out_total", "counter", "Bytes from the home to visitors.", services,
        [](const Service& s) { return s.bytes_out; });
    add(page, "service_visitors_total", "counter", "Visitors that came.", services,
        [](const Service& s) { return s.visitors_total; });
    add(page, "service_refused_total", "counter", "Visitors refused by rule or limit.", services,
        [](const Service& s) { return s.refused_total; });
}

void add_hosts(Page& page, const std::vector<HostFacts>& hosts) {
    page.family("host_state", "gauge", "1 for the state that the host's name answers by.");
    for (const HostFacts& host : hosts)
        page.value(fmt::format("{{agent=\"{}\",host=\"{}\",state=\"{}\"}}", escaped(host.agent),
                               escaped(host.host), to_string(host.state)),
                   1);
}

void add_dns(Page& page, const DnsFacts& dns) {
    page.family("dns_queries_total", "counter", "Requests to the name server.");
    page.value("{transport=\"udp\"}", dns.udp);
    page.value("{transport=\"tcp\"}", dns.tcp);
    page.family("dns_answers_total", "counter", "Answers of the name server.");
    page.value("{rcode=\"NOERROR\"}", dns.no_error);
    page.value("{rcode=\"NXDOMAIN\"}", dns.nx_domain);
    page.value("{rcode=\"REFUSED\"}", dns.refused);
    page.value("{rcode=\"FORMERR\"}", dns.malformed);
    page.value("{rcode=\"other\"}", dns.other);
    page.family("dns_truncated_total", "counter", "Answers that told to come over TCP.");
    page.value("", dns.truncated);
    page.family("dns_limited_total", "counter", "Requests beyond the rate of their source.");
    page.value("", dns.limited);
    page.family("dns_cookies_total", "counter", "Requests with a valid cookie.");
    page.value("", dns.known);
    page.family("dns_forged_total", "counter", "Requests with a signature that does not hold.");
    page.value("", dns.forged);
    page.family("dns_transfers_total", "counter", "Transfers of zones to secondaries.");
    page.value("", dns.transfers);
    page.family("dns_updates_total", "counter", "Requests to change a zone.");
    page.value("", dns.updates);
}

std::string label(const ZoneFacts& zone, const SecondaryFacts& secondary) {
    return fmt::format("{{zone=\"{}\",server=\"{}\"}}", escaped(zone.name),
                       escaped(secondary.address));
}

void add_zones(Page& page, const std::vector<ZoneFacts>& zones) {
    add(page, "dns_zone_serial", "gauge", "Serial of the zone.", zones,
        [](const ZoneFacts& zone) { return zone.serial; });
    add(page, "dns_zone_signed", "gauge", "1 if answers are signed.", zones,
        [](const ZoneFacts& zone) { return zone.is_signed ? 1 : 0; });
    page.family("dns_secondary_serial", "gauge", "Serial that a secondary has, 0 while unknown.");
    for (const ZoneFacts& zone : zones) {
        for (const SecondaryFacts& secondary : zone.secondaries)
            page.value(label(zone, secondary), secondary.serial.value_or(0));
    }
    page.family("dns_secondary_behind_seconds", "gauge",
                "How long a secondary has not had the present serial.");
    for (const ZoneFacts& zone : zones) {
        for (const SecondaryFacts& secondary : zone.secondaries)
            page.value(label(zone, secondary), in_seconds(secondary.behind_for));
    }
}

void add_names(Page& page, const NamesFacts& names) {
    page.family("names", "gauge", "Names that people have.");
    page.value("", names.names);
    page.family("names_accounts", "gauge", "Accounts of the name service.");
    page.value("", names.accounts);
    page.family("names_requests_total", "counter", "Requests to the name service.");
    page.value("", names.requests);
    page.family("names_answers_total", "counter", "How they ended.");
    page.value("{outcome=\"changed\"}", names.changed);
    page.value("{outcome=\"unchanged\"}", names.unchanged);
    page.value("{outcome=\"refused\"}", names.refused);
    page.value("{outcome=\"failed\"}", names.failed);
}

std::string http_answer(std::string_view status, std::string_view type, std::string_view body) {
    return fmt::format(
        "HTTP/1.0 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        status, type, body.size(), body);
}

std::size_t head_bytes(std::string_view input) {
    const auto end = input.find("\r\n\r\n");
    return end == std::string_view::npos ? 0 : end + 4;
}

}  // namespace

std::string metrics_text(const RoleFacts& facts) {
    Page page;
    page.family("info", "gauge", "Always 1; the version is a label.");
    page.value(fmt::format("{{version=\"{}\"}}", escaped(cli::version())), 1);
    page.family("uptime_seconds", "gauge", "Time since the start.");
    page.value("", std::chrono::duration_cast<std::chrono::seconds>(facts.uptime).count());
    page.family("buffer_bytes", "gauge", "Bytes of blocks in use by the data plane.");
    page.value("", facts.buffer_bytes);
    add_sessions(page, facts.sessions);
    add_services(page, facts.services);
    if (facts.relay) add_hosts(page, facts.hosts);
    if (facts.dns) {
        add_dns(page, *facts.dns);
        add_zones(page, facts.dns->zones);
        if (facts.dns->service) add_names(page, *facts.dns->service);
    }
    return page.take();
}

std::string answer_metrics(std::string_view head, const std::function<std::string()>& text) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || !line.substr(second + 1).starts_with("HTTP/1.")) {
        return http_answer("400 Bad Request", "text/plain", "not HTTP/1\n");
    }
    if (line.substr(0, first) != "GET") {
        return http_answer("405 Method Not Allowed", "text/plain", "only GET\n");
    }
    const std::string_view target = line.substr(first + 1, second - first - 1);
    if (target.substr(0, target.find('?')) != "/metrics") {
        return http_answer("404 Not Found", "text/plain", "only /metrics is here\n");
    }
    return http_answer("200 OK", "text/plain; version=0.0.4", text());
}

MetricsServer::MetricsServer(net::Loop& loop, net::Network& network,
                             std::function<std::string()> text)
    : server_(loop, network,
              {.request_bytes = head_bytes,
               .answer = RequestServer::at_once([text = std::move(text)](std::string_view head) {
                   return answer_metrics(head, text);
               }),
               .too_long = {},
               .too_many = {},
               .too_late = {},
               .keep_open = false,
               .max_request_bytes = kMaxMetricsHeadBytes,
               .max_connections = kMaxMetricsConnections,
               .timeout = kMetricsTimeout,
               .answer_time = kMetricsTimeout}) {}

}  // namespace homeport::app
