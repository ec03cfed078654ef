#include "reach/wire/stun_behaviour.hpp"

#include "core/assert.hpp"
#include "core/special_addresses.hpp"

namespace homeport::reach {
namespace {

using Kind = StunOutcome::Kind;

/// The server names the place that is asked next, so it must not be able to name any place: both
/// are of the same kind, else a server on the Internet could point into the home network.
bool is_second_place(const Endpoint& first, const Endpoint& other) {
    return first.address.is_v4() == other.address.is_v4() && first.address != other.address &&
           first.port != other.port && kind_of(first.address) == kind_of(other.address);
}

}  // namespace

std::string_view to_text(NatMapping mapping) {
    switch (mapping) {
    case NatMapping::unknown:
        return "unknown mapping";
    case NatMapping::none:
        return "no address translation";
    case NatMapping::endpoint_independent:
        return "one port for all destinations";
    case NatMapping::address_dependent:
        return "another port for each address";
    case NatMapping::address_and_port_dependent:
        return "another port for each address and port";
    }
    return "?";
}

std::string_view to_text(NatFiltering filtering) {
    switch (filtering) {
    case NatFiltering::unknown:
        return "unknown filter";
    case NatFiltering::endpoint_independent:
        return "anybody may answer";
    case NatFiltering::address_dependent:
        return "only the address asked may answer";
    case NatFiltering::address_and_port_dependent:
        return "only the address and port asked may answer";
    }
    return "?";
}

NatBehaviour::NatBehaviour(const Endpoint& server, std::optional<Endpoint> local,
                           const std::array<StunId, kQuestions>& ids)
    : first_(server), local_(local), ids_(ids), question_(server, ids[0]) {}

StunQuestion::Action NatBehaviour::poll(TimePoint now) {
    while (step_ != Step::over) {
        const auto action = question_.poll(now);
        if (action != StunQuestion::Action::over) return action;
        advance();
    }
    return StunQuestion::Action::over;
}

void NatBehaviour::on_datagram(const Endpoint& from, Bytes datagram, TimePoint now) {
    if (step_ != Step::over) question_.on_datagram(from, datagram, now);
}

void NatBehaviour::advance() {
    const StunOutcome outcome = question_.outcome();
    switch (step_) {
    case Step::first:
        return after_first(outcome);
    case Step::filter_address:
        return after_filter_address(outcome);
    case Step::filter_port:
        return after_filter_port(outcome);
    case Step::map_address:
        return after_map_address(outcome);
    case Step::map_port:
        return after_map_port(outcome);
    case Step::over:
        return;
    }
}

void NatBehaviour::after_first(const StunOutcome& outcome) {
    if (outcome.kind != Kind::answer) return finish("the STUN server does not answer");
    findings_.mapped = outcome.answer.mapped;
    const bool same = local_ && findings_.mapped == local_;
    if (same) findings_.mapping = NatMapping::none;
    const auto& other = outcome.answer.other;
    if (!other || !is_second_place(first_, *other))
        return finish("the STUN server has no second address");
    other_ = *other;
    ask(Step::filter_address, first_, {.address = true, .port = true}, other_, kStunFilterPatience);
}

void NatBehaviour::after_filter_address(const StunOutcome& outcome) {
    if (outcome.kind == Kind::answer) {
        findings_.filtering = NatFiltering::endpoint_independent;
        return ask_other(Step::map_address, {other_.address, first_.port});
    }
    if (outcome.kind == Kind::silent) {
        return ask(Step::filter_port, first_, {.address = false, .port = true},
                   {first_.address, other_.port}, kStunFilterPatience);
    }
    findings_.gap = "the STUN server does not answer from its second address";
    ask_other(Step::map_address, {other_.address, first_.port});
}

void NatBehaviour::after_filter_port(const StunOutcome& outcome) {
    if (outcome.kind == Kind::answer)
        findings_.filtering = NatFiltering::address_dependent;
    else if (outcome.kind == Kind::silent)
        findings_.filtering = NatFiltering::address_and_port_dependent;
    else
        findings_.gap = "the STUN server does not answer from its second port";
    ask_other(Step::map_address, {other_.address, first_.port});
}

void NatBehaviour::after_map_address(const StunOutcome& outcome) {
    // Silence of the second address tells nothing of a filter: it may be down.
    if (outcome.kind != Kind::answer) {
        if (findings_.filtering != NatFiltering::endpoint_independent)
            findings_.filtering = NatFiltering::unknown;
        return finish("the second address of the STUN server does not answer");
    }
    findings_.mapped_at_other = outcome.answer.mapped;
    if (findings_.mapping == NatMapping::none) return finish(findings_.gap);
    if (findings_.mapped_at_other == findings_.mapped) {
        findings_.mapping = NatMapping::endpoint_independent;
        return finish(findings_.gap);
    }
    ask_other(Step::map_port, other_);
}

void NatBehaviour::after_map_port(const StunOutcome& outcome) {
    if (outcome.kind != Kind::answer)
        return finish("the second port of the STUN server does not answer");
    findings_.mapping = outcome.answer.mapped == findings_.mapped_at_other
                            ? NatMapping::address_dependent
                            : NatMapping::address_and_port_dependent;
    finish(findings_.gap);
}

void NatBehaviour::ask(Step step, const Endpoint& to, StunChange change,
                       const Endpoint& answer_from, Duration patience) {
    HOMEPORT_ASSERT(next_id_ < ids_.size());
    step_ = step;
    question_ = StunQuestion(StunQuestion::Plan{.server = to,
                                                .id = ids_[next_id_++],
                                                .change = change,
                                                .answer_from = answer_from,
                                                .patience = patience});
}

void NatBehaviour::ask_other(Step step, const Endpoint& to) {
    ask(step, to, {}, to, kStunFilterPatience);
}

void NatBehaviour::finish(std::string_view gap) {
    findings_.gap = gap;
    step_ = Step::over;
}

}  // namespace homeport::reach
