#include "cli/dns_check_text.hpp"

#include "cli/console.hpp"
#include "cli/limits.hpp"
#include "cli/words.hpp"
#include "dns/wire/rrset.hpp"
#include "dns/zonefile/rrset_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace homeport::cli {
namespace {

using dns::check::Answer;
using dns::check::Report;
using dns::check::Resolver;
using dns::check::Server;
using dns::check::State;
using nlohmann::json;

constexpr std::uint16_t kDnsPort = 53;
using Line = std::array<std::string, 7>;

std::string place(const Endpoint& at) {
    return at.port == kDnsPort ? at.address.to_string() : at.to_string();
}

/// The data of one record as a master file has it.
std::string data_text(dns::RrType type, Bytes rdata) {
    dns::RdataList one;
    one.add(rdata);
    const std::string line = dns::to_text(
        dns::NameView(), {.type = type, .ttl = 0, .records = one.view(), .signatures = {}});
    std::string_view data = line;
    for (int field = 0; field < 4; ++field) data.remove_prefix(data.find(' ') + 1);
    if (data.ends_with('\n')) data.remove_suffix(1);
    return printable(data);
}

std::vector<std::string> texts(const Answer& answer) {
    std::vector<std::string> all;
    for (const auto& rdata : answer.records) all.push_back(data_text(answer.type, rdata));
    return all;
}

std::string answer_text(const std::vector<Answer>& answers) {
    if (answers.empty()) return "-";
    std::vector<std::string> all;
    for (const Answer& answer : answers) {
        const bool plain = answer.type == dns::RrType::a || answer.type == dns::RrType::aaaa;
        for (const std::string& text : texts(answer)) {
            std::string item = plain ? text : dns::to_text(answer.type) + " " + text;
            // An alias stands in the answers to all types.
            if (std::ranges::find(all, item) == all.end()) all.push_back(std::move(item));
        }
    }
    if (all.empty()) {
        const bool no_name = answers.front().rcode == dns::Rcode::nx_domain;
        return no_name ? "no such name" : "no such record";
    }
    std::string joined = fmt::format("{}", fmt::join(all, ", "));
    if (joined.size() > kMaxAnswerChars) joined.replace(kMaxAnswerChars - 3, joined.npos, "...");
    return joined;
}

std::string ttl_text(const std::vector<Answer>& answers) {
    std::optional<std::uint32_t> least;
    for (const Answer& answer : answers)
        if (!answer.records.empty()) least = std::min(least.value_or(answer.ttl), answer.ttl);
    if (!least && !answers.empty()) least = answers.front().ttl;
    return least ? std::to_string(*least) : "-";
}

double milliseconds(Duration took) {
    return std::chrono::duration<double, std::milli>(took).count();
}

std::string ms_text(Duration took) {
    if (took == Duration{}) return "-";
    const double ms = milliseconds(took);
    return ms < 10 ? fmt::format("{:.1f}", ms) : fmt::format("{:.0f}", ms);
}

std::string behind_text(const Server& server, const Report& report) {
    return fmt::format("behind by {} (serial {} is out{})", server.behind_by,
                       report.serial.value_or(0), server.same_answer ? "; same answer" : "");
}

std::string differs_text(const Server& server, const Report& report) {
    return server.serial == report.serial ? "other data with the same serial"
                                          : "a serial that does not compare";
}

/// What is to be said of a state alone.
std::string state_text(State state, dns::Rcode rcode) {
    switch (state) {
    case State::unknown:
        return "nothing to compare with";
    case State::silent:
        return "does not answer";
    case State::unreachable:
        return "no way there from here";
    case State::garbled:
        return "answers garbage";
    case State::no_tcp:
        return "gives no long answer by TCP";
    case State::refused:
        return "refuses";
    case State::failed:
        return "fails: " + dns::to_text(rcode);
    case State::not_authoritative:
        return "not authoritative";
    case State::no_address:
        return "has no address";
    case State::current:
    case State::behind:
    case State::differs:
    case State::old:
        break;
    }
    return std::string(to_string(state));
}

std::string remark(const Server& server, const Report& report) {
    if (server.state == State::behind) return behind_text(server, report);
    if (server.state == State::differs) return differs_text(server, report);
    return state_text(server.state, server.rcode);
}

std::string remark(const Resolver& resolver) {
    if (resolver.state == State::old)
        return fmt::format("old answer for {} s more", resolver.old_seconds);
    return state_text(resolver.state, resolver.rcode);
}

Line line_of(const Server& server, const Report& report) {
    return {server.name ? server.name->to_text() : "server",
            server.address ? place(*server.address) : "-",
            server.serial ? std::to_string(*server.serial) : "-",
            answer_text(server.answers),
            ttl_text(server.answers),
            ms_text(server.took),
            remark(server, report)};
}

Line line_of(const Resolver& resolver) {
    return {"resolver",
            place(resolver.address),
            "-",
            answer_text(resolver.answers),
            ttl_text(resolver.answers),
            ms_text(resolver.took),
            remark(resolver)};
}

std::string table(const std::vector<Line>& lines) {
    std::array<std::size_t, std::tuple_size_v<Line>> widths{};
    for (const Line& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string text;
    for (const Line& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i)
            text += fmt::format("{:<{}}  ", line[i], widths[i]);
        text += line.back() + "\n";
    }
    return text;
}

/// "ns1.example.net. (192.0.2.1)".
std::string title(const Server& server) {
    const std::string at = server.address ? place(*server.address) : "";
    if (!server.name) return at;
    return at.empty() ? server.name->to_text() : server.name->to_text() + " (" + at + ")";
}
std::string title(const Resolver& resolver) {
    return "Resolver " + place(resolver.address);
}

/// The first few of those in this state: "A, B and 2 more"; empty: there are none.
template <class List>
std::string titles(const List& list, State state) {
    std::vector<std::string> shown;
    std::size_t more = 0;
    for (const auto& one : list) {
        if (one.state != state) continue;
        if (shown.size() < kMaxTitles) {
            shown.push_back(title(one));
        } else {
            ++more;
        }
    }
    if (more > 0) return fmt::format("{} and {} more", fmt::join(shown, ", "), more);
    return fmt::format("{}", fmt::join(shown, ", "));
}

struct Advice {
    State state;
    const char* text;
};
/// The first that is found among the servers is told.
constexpr std::array<Advice, 9> kServerAdvice{{
    {State::behind,
     "older than the newest serial: wait for the next transfer, or see that "
     "NOTIFY from the primary gets there"},
    {State::silent, "no answer: see that it runs, and that UDP port 53 is open to it"},
    {State::refused, "refuses the question: see that it is set up for the zone"},
    {State::not_authoritative,
     "not authoritative: see that it has the zone, and that its copy has not expired"},
    {State::failed, "an error: look at its log"},
    {State::no_tcp, "no long answers: see that TCP port 53 is open to it"},
    {State::garbled, "garbage: see what listens there"},
    {State::no_address, "no address: correct the name in the NS set, or give it an address"},
    {State::differs,
     "other data than the first: raise the serial at the primary, so that "
     "all take the same"},
}};

constexpr std::array<Advice, 5> kResolverAdvice{{
    {State::failed,
     "an error though the servers agree: often a fault of DNSSEC or of the "
     "delegation"},
    {State::silent, "no answer: its users cannot see the name now"},
    {State::refused, "refuses: it does not serve this network"},
    {State::no_tcp, "no long answers by TCP"},
    {State::garbled, "garbage: see what listens there"},
}};

std::string server_verdict(const Report& report) {
    if (!report.serial) {
        return "No name server answers for the zone: see that they run, have the zone, and can be "
               "reached at port 53 by UDP and TCP.";
    }
    for (const Advice& advice : kServerAdvice) {
        const std::string who = titles(report.servers, advice.state);
        if (!who.empty()) return fmt::format("{}: {}.", who, advice.text);
    }
    return {};
}

std::string resolver_verdict(const Report& report) {
    std::uint32_t wait = 0;
    for (const Resolver& resolver : report.resolvers)
        if (resolver.state == State::old) wait = std::max(wait, resolver.old_seconds);
    const std::string old = titles(report.resolvers, State::old);
    if (!old.empty()) {
        return fmt::format(
            "All servers are current. {}: an old answer, forgotten in {} at the "
            "latest: wait so long.",
            old, in_words(1s * wait));
    }
    for (const Advice& advice : kResolverAdvice) {
        const std::string who = titles(report.resolvers, advice.state);
        if (!who.empty()) return fmt::format("{}: {}.", who, advice.text);
    }
    return {};
}

/// Names of servers that only one side has.
std::vector<std::string> only(const Report& report, bool Server::* has, bool Server::* lacks) {
    std::vector<std::string> names;
    for (const Server& server : report.servers) {
        if (!server.name || !(server.*has) || server.*lacks) continue;
        const std::string name = server.name->to_text();
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

struct Delegation {
    std::vector<std::string> only_parent;
    std::vector<std::string> only_child;
};

/// Empty unless both sides were seen.
Delegation differences(const Report& report) {
    const bool child_seen = std::ranges::any_of(report.servers, &Server::by_child);
    if (!report.delegation_seen || !child_seen) return {};
    return {.only_parent = only(report, &Server::by_parent, &Server::by_child),
            .only_child = only(report, &Server::by_child, &Server::by_parent)};
}

std::string warnings(const Report& report) {
    const Delegation delegation = differences(report);
    std::string text;
    if (!delegation.only_parent.empty()) {
        text += fmt::format(
            "Warning: the parent zone also names {}, the zone itself does not: "
            "make both lists the same.\n",
            fmt::join(delegation.only_parent, ", "));
    }
    if (!delegation.only_child.empty()) {
        text += fmt::format(
            "Warning: the parent zone does not name {}: resolvers may never ask "
            "there; tell your registrar.\n",
            fmt::join(delegation.only_child, ", "));
    }
    if (report.left_out > 0)
        text += fmt::format("Warning: {} more addresses were not asked.\n", report.left_out);
    return text;
}

json answers_json(const std::vector<Answer>& answers) {
    json list = json::array();
    for (const Answer& answer : answers) {
        list.push_back({{"type", dns::to_text(answer.type)},
                        {"rcode", dns::to_text(answer.rcode)},
                        {"ttl", answer.ttl},
                        {"records", texts(answer)}});
    }
    return list;
}

json server_json(const Server& server) {
    json object{{"state", to_string(server.state)}, {"rcode", dns::to_text(server.rcode)},
                {"ms", milliseconds(server.took)},  {"in_parent", server.by_parent},
                {"in_child", server.by_child},      {"answers", answers_json(server.answers)}};
    if (server.name) object["name"] = server.name->to_text();
    if (server.address) object["address"] = server.address->to_string();
    if (server.serial) object["serial"] = *server.serial;
    if (server.state == State::failed) object["rcode"] = dns::to_text(server.rcode);
    if (server.state == State::behind) {
        object["behind_by"] = server.behind_by;
        object["same_answer"] = server.same_answer;
    }
    return object;
}

json resolver_json(const Resolver& resolver) {
    json object{{"address", resolver.address.to_string()},
                {"state", to_string(resolver.state)},
                {"ms", milliseconds(resolver.took)},
                {"answers", answers_json(resolver.answers)}};
    if (resolver.state == State::failed) object["rcode"] = dns::to_text(resolver.rcode);
    if (resolver.state == State::old) object["old_for_s"] = resolver.old_seconds;
    return object;
}

}  // namespace

std::string dns_check_verdict(const Report& report) {
    if (!report.problem.empty()) return report.problem;
    std::string verdict = server_verdict(report);
    if (verdict.empty()) verdict = resolver_verdict(report);
    if (!verdict.empty()) return verdict;
    const auto current = [](const auto& list) {
        const auto fits = [](const auto& one) { return one.state == State::current; };
        return static_cast<std::uint64_t>(std::ranges::count_if(list, fits));
    };
    const std::uint64_t resolvers = current(report.resolvers);
    return fmt::format("The change is everywhere that was asked: {}{} agree.",
                       counted(current(report.servers), "server"),
                       resolvers > 0 ? " and " + counted(resolvers, "resolver") : "");
}

std::string render_dns_check(const Report& report) {
    std::vector<std::string> types;
    for (const dns::RrType type : report.types) types.push_back(dns::to_text(type));
    std::string text = fmt::format("{} {}", report.name.to_text(), fmt::join(types, ", "));
    if (report.zone) text += fmt::format(", zone {}", report.zone->to_text());
    if (report.serial) text += fmt::format(", newest serial {}", *report.serial);
    std::vector<Line> lines{{"who", "address", "serial", "answer", "ttl", "ms", "remark"}};
    for (const Server& server : report.servers) lines.push_back(line_of(server, report));
    for (const Resolver& resolver : report.resolvers) lines.push_back(line_of(resolver));
    return text + "\n\n" + table(lines) + "\n" + warnings(report) + dns_check_verdict(report) +
           "\n";
}

std::string dns_check_json(const Report& report) {
    json object{{"name", report.name.to_text()},
                {"types", json::array()},
                {"servers", json::array()},
                {"resolvers", json::array()},
                {"left_out", report.left_out},
                {"all_current", report.all_current()},
                {"verdict", dns_check_verdict(report)}};
    for (const dns::RrType type : report.types) object["types"].push_back(dns::to_text(type));
    if (report.zone) object["zone"] = report.zone->to_text();
    if (report.serial) object["serial"] = *report.serial;
    for (const Server& server : report.servers) object["servers"].push_back(server_json(server));
    for (const Resolver& resolver : report.resolvers)
        object["resolvers"].push_back(resolver_json(resolver));
    const Delegation delegation = differences(report);
    object["only_parent"] = delegation.only_parent;
    object["only_child"] = delegation.only_child;
    return object.dump();
}

}  // namespace homeport::cli
