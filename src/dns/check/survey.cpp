#include "dns/check/survey.hpp"

#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns::check {
namespace {

/// Current means here and below: nothing is wrong with it as far as it can be told alone.
State state_of(const Outcome& outcome) {
    switch (outcome.kind) {
    case Outcome::Kind::silent:
        return State::silent;
    case Outcome::Kind::unreachable:
        return State::unreachable;
    case Outcome::Kind::garbled:
        return State::garbled;
    case Outcome::Kind::no_tcp:
        return State::no_tcp;
    case Outcome::Kind::reply:
        break;
    }
    const Rcode rcode = outcome.reply.rcode;
    if (rcode == Rcode::refused || rcode == Rcode::not_auth) return State::refused;
    const bool fine = rcode == Rcode::no_error || rcode == Rcode::nx_domain;
    return fine ? State::current : State::failed;
}

State server_state(const Outcome& outcome) {
    const State state = state_of(outcome);
    const bool lame = state == State::current && !outcome.reply.authoritative;
    return lame ? State::not_authoritative : state;
}

std::optional<std::uint32_t> serial_in(const Reply& reply, NameView apex) {
    for (const Record& record : reply.records) {
        const bool soa = record.section == Section::answer && record.type == RrType::soa;
        if (soa && record.owner.view() == apex) return SoaView(record.rdata).serial();
    }
    return std::nullopt;
}

/// How long it is remembered that there is nothing.
std::uint32_t negative_ttl(const Reply& reply) {
    for (const Record& record : reply.records) {
        if (record.section == Section::authority && record.type == RrType::soa)
            return std::min(record.ttl, SoaView(record.rdata).minimum());
    }
    return 0;
}

bool same_answers(const std::vector<Answer>& left, const std::vector<Answer>& right) {
    const auto same = [](const Answer& one, const Answer& other) { return one.same_data(other); };
    return std::ranges::equal(left, right, same);
}

/// Serial and answer that the others are measured by: those of the first with the newest serial.
const Server* newest_of(const std::vector<Server>& servers) {
    const Server* newest = nullptr;
    for (const Server& server : servers) {
        if (server.state != State::current) continue;
        if (newest == nullptr || serial_after(*server.serial, *newest->serial)) newest = &server;
    }
    return newest;
}

void compare(Server& server, const Server& newest) {
    server.same_answer = same_answers(server.answers, newest.answers);
    if (serial_after(*newest.serial, *server.serial)) {
        server.state = State::behind;
        server.behind_by = *newest.serial - *server.serial;
    } else if (server.serial != newest.serial || !server.same_answer) {
        server.state = State::differs;
    }
}

void compare(Resolver& resolver, const Server* newest) {
    if (resolver.state != State::current) return;
    if (newest == nullptr) {
        resolver.state = State::unknown;
        return;
    }
    for (std::size_t i = 0; i < resolver.answers.size(); ++i) {
        const Answer& answer = resolver.answers[i];
        if (answer.same_data(newest->answers[i])) continue;
        resolver.state = State::old;
        resolver.old_seconds = std::max(resolver.old_seconds, answer.ttl);
    }
}

}  // namespace

Answer answer_in(const Reply& reply, NameView name, RrType type) {
    Answer answer{.type = type, .rcode = reply.rcode, .ttl = kMaxTtl, .records = {}};
    const auto collect = [&](RrType wanted) {
        for (const Record& record : reply.records) {
            const bool ours = record.section == Section::answer && record.type == wanted;
            if (!ours || record.owner.view() != name) continue;
            answer.records.push_back(canonical_rdata(wanted, record.rdata));
            answer.ttl = std::min(answer.ttl, record.ttl);
        }
        answer.type = wanted;
        return !answer.records.empty();
    };
    if (!collect(type) && !collect(RrType::cname)) {
        answer.type = type;
        answer.ttl = negative_ttl(reply);
    }
    std::ranges::sort(answer.records);
    const auto twice = std::ranges::unique(answer.records);
    answer.records.erase(twice.begin(), twice.end());
    return answer;
}

Survey::Survey(Name name, std::vector<RrType> types, FoundZone found,
               std::vector<Endpoint> resolvers)
    : name_(std::move(name)),
      types_(std::move(types)),
      found_(std::move(found)),
      resolvers_(std::move(resolvers)) {}

std::vector<Request> Survey::requests() const {
    std::vector<Request> asked;
    for (const FoundServer& server : found_.servers) {
        if (!server.address) continue;
        asked.push_back({*server.address, {apex(), RrType::soa}});
        for (const RrType type : types_) asked.push_back({*server.address, {name_, type}});
    }
    for (const Endpoint& resolver : resolvers_)
        for (const RrType type : types_) asked.push_back({resolver, {name_, type, true}});
    return asked;
}

Report Survey::evaluate(const std::vector<Outcome>& outcomes) const {
    Report report{.name = name_,
                  .types = types_,
                  .zone = found_.zone,
                  .serial = {},
                  .servers = {},
                  .resolvers = {},
                  .delegation_seen = found_.delegation_seen,
                  .left_out = found_.left_out,
                  .problem = found_.problem};
    const Outcome* at = outcomes.data();
    for (const FoundServer& server : found_.servers) {
        report.servers.push_back(judge_alone(server, at));
        if (server.address) at += 1 + types_.size();
    }
    for (const Endpoint& resolver : resolvers_) {
        report.resolvers.push_back(judge_resolver(resolver, at));
        at += types_.size();
    }
    const Server* const found = newest_of(report.servers);
    if (found != nullptr) {
        const Server newest = *found;
        report.serial = newest.serial;
        for (Server& server : report.servers)
            if (server.state == State::current) compare(server, newest);
        for (Resolver& resolver : report.resolvers) compare(resolver, &newest);
    } else {
        for (Resolver& resolver : report.resolvers) compare(resolver, nullptr);
    }
    return report;
}

Server Survey::judge_alone(const FoundServer& found, const Outcome* outcomes) const {
    Server server{.name = found.name,
                  .address = found.address,
                  .by_parent = found.by_parent,
                  .by_child = found.by_child,
                  .state = State::no_address,
                  .serial = {},
                  .answers = {}};
    if (!found.address) return server;
    server.state = server_state(outcomes[0]);
    server.rcode = outcomes[0].reply.rcode;
    server.took = outcomes[0].took;
    if (server.state != State::current) return server;
    server.serial = serial_in(outcomes[0].reply, apex());
    if (!server.serial) server.state = State::not_authoritative;
    for (std::size_t i = 0; i < types_.size(); ++i) {
        const Outcome& outcome = outcomes[1 + i];
        const State state = server_state(outcome);
        if (state == State::current) {
            server.answers.push_back(answer_in(outcome.reply, name_, types_[i]));
        } else if (server.state == State::current) {
            server.state = state;
            server.rcode = outcome.reply.rcode;
        }
    }
    return server;
}

Resolver Survey::judge_resolver(const Endpoint& address, const Outcome* outcomes) const {
    Resolver resolver{.address = address, .answers = {}};
    for (std::size_t i = 0; i < types_.size(); ++i) {
        const Outcome& outcome = outcomes[i];
        const State state = state_of(outcome);
        resolver.took = std::max(resolver.took, outcome.took);
        if (state == State::current) {
            resolver.answers.push_back(answer_in(outcome.reply, name_, types_[i]));
        } else if (resolver.state == State::current) {
            resolver.state = state;
            resolver.rcode = outcome.reply.rcode;
        }
    }
    return resolver;
}

}  // namespace homeport::dns::check
