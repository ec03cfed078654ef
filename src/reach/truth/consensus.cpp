#include "reach/truth/consensus.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace homeport::reach {
namespace {

/// Zero: no vote about the address of this line.
Duration age_of(EvidenceSource source) {
    switch (source) {
    case EvidenceSource::interface:
        return kInterfaceAge;
    case EvidenceSource::pcp:
    case EvidenceSource::nat_pmp:
    case EvidenceSource::upnp:
        return kRouterAge;
    case EvidenceSource::relay:
        return kRelayAge;
    case EvidenceSource::stun:
        return kStunAge;
    case EvidenceSource::echo:
        return kEchoAge;
    case EvidenceSource::hop:
        return {};
    }
    return {};
}

TimePoint end_of(const Evidence& one) {
    return one.at + age_of(one.source);
}

/// The relay proves its key, the others stand in this house. A STUN or echo service, or whoever
/// answers for it, can be anybody.
bool is_hard_to_forge(EvidenceSource source) {
    return source != EvidenceSource::stun && source != EvidenceSource::echo;
}

bool same_place(const Evidence& a, const Evidence& b) {
    const bool by_address = a.source == EvidenceSource::interface;
    return a.source == b.source && a.from == b.from &&
           family_of(a.address) == family_of(b.address) && (!by_address || a.address == b.address);
}

bool says(const auto& voice, const IpAddress& address) {
    return std::ranges::find(voice.says, address) != voice.says.end();
}

std::size_t count_for(const auto& voices, const IpAddress& address) {
    const auto votes =
        std::ranges::count_if(voices, [&](const auto& voice) { return says(voice, address); });
    return static_cast<std::size_t>(votes);
}

AddressView view_of(const IpAddress& address, std::size_t voices_for, std::size_t voices) {
    AddressView view;
    view.state = voices_for == voices ? AddressView::State::agreed : AddressView::State::contested;
    view.address = address;
    view.voices_for = voices_for;
    view.voices = voices;
    return view;
}

}  // namespace

Consensus::Consensus(PublicSpace space, std::size_t least_voices)
    : space_(std::move(space)), least_voices_(least_voices) {
    for (AddressView& view : views_) view.reason = "Nobody has said which address this line has.";
}

void Consensus::add(const Evidence& evidence, TimePoint now) {
    const bool votes = age_of(evidence.source) > Duration{};
    if (!votes || end_of(evidence) <= now) return;
    const auto known = std::ranges::find_if(
        statements_, [&](const Evidence& one) { return same_place(one, evidence); });
    if (known != statements_.end()) {
        if (known->at > evidence.at) return;
        statements_.erase(known);
    } else if (statements_.size() == kMaxStatements) {
        statements_.erase(std::ranges::min_element(statements_, {}, &Evidence::at));
    }
    statements_.push_back(evidence);
    update(now);
}

void Consensus::forget(EvidenceSource source, std::string_view from, const IpAddress& address,
                       TimePoint now) {
    std::erase_if(statements_, [&](const Evidence& one) {
        const bool by_address = source == EvidenceSource::interface;
        return one.source == source && one.from == from &&
               family_of(one.address) == family_of(address) &&
               (!by_address || one.address == address);
    });
    update(now);
}

void Consensus::on_strong_event(TimePoint now) {
    event_ = now;
    update(now);
}

void Consensus::on_time(TimePoint now) {
    update(now);
}

TimePoint Consensus::deadline() const {
    TimePoint first = kNever;
    for (const Evidence& one : statements_) first = std::min(first, end_of(one));
    return first;
}

const AddressView& Consensus::view(Family family) const {
    return views_.at(static_cast<std::size_t>(family));
}

std::vector<Consensus::Voice> Consensus::voices(Family family, TimePoint since) const {
    std::vector<Voice> result;
    for (const Evidence& one : statements_) {
        const bool vote = family_of(one.address) == family && space_.contains(one.address);
        if (!vote || one.at < since) continue;
        const std::string name = voice_of(one);
        auto voice = std::ranges::find(result, name, &Voice::name);
        if (voice == result.end()) {
            result.push_back({.name = name, .says = {}, .at = one.at});
            voice = result.end() - 1;
        }
        const bool all_count = one.source == EvidenceSource::interface;
        if (one.at < voice->at && !all_count) continue;
        if (!all_count) voice->says.clear();
        voice->says.push_back(one.address);
        voice->at = std::max(voice->at, one.at);
        voice->hard_to_forge = is_hard_to_forge(one.source);
    }
    return result;
}

/// Of several with as many votes it is the preferred one: nothing moves without need.
Consensus::Leader Consensus::leader_of(const std::vector<Voice>& voices,
                                       const std::optional<IpAddress>& preferred) {
    Leader best;
    if (preferred) best = {.address = *preferred, .votes = count_for(voices, *preferred)};
    for (const Voice& voice : voices) {
        for (const IpAddress& address : voice.says) {
            const std::size_t votes = count_for(voices, address);
            if (votes > best.votes) best = {.address = address, .votes = votes};
        }
    }
    best.hard_to_forge = std::ranges::any_of(voices, [&](const Voice& voice) {
        return voice.hard_to_forge && says(voice, best.address);
    });
    return best;
}

bool Consensus::may_move(const Leader& leader, std::size_t voices, TimePoint now) const {
    if (leader.votes == 0 || 2 * leader.votes <= voices) return false;
    const bool just_changed = event_ && now - *event_ < kEventCounts;
    return leader.votes >= least_voices_ || (just_changed && leader.hard_to_forge);
}

AddressView Consensus::judge(Family family, TimePoint now) const {
    const AddressView& before = view(family);
    const auto all = voices(family, TimePoint::min());
    const auto fresh = event_ ? voices(family, *event_) : all;
    // What was said before the event speaks for the address of that time, not against another.
    const bool from_before = before.address && event_ && before.since < *event_;
    const auto& jury = from_before ? all : fresh;
    const std::size_t loyal = before.address ? count_for(jury, *before.address) : 0;
    const Leader leader = leader_of(fresh, before.address);

    if (may_move(leader, fresh.size(), now) && leader.address != before.address)
        return view_of(leader.address, leader.votes, fresh.size());
    if (loyal > 0 && 2 * loyal >= jury.size()) return view_of(*before.address, loyal, jury.size());
    AddressView none;
    if (all.empty()) return none;
    none.voices = fresh.size();
    none.voices_for = leader.votes;
    none.state = fresh.empty() || 2 * leader.votes > fresh.size()
                     ? AddressView::State::too_few
                     : AddressView::State::disagreement;
    return none;
}

namespace {

std::string reason_of(const AddressView& view, Family family) {
    using State = AddressView::State;
    switch (view.state) {
    case State::nothing_said:
        return fmt::format("Nobody has said lately which public {} address this line has.",
                           to_text(family));
    case State::too_few:
        return fmt::format("Only {} of {} voices stands behind one {} address; that is too few.",
                           view.voices_for, view.voices, to_text(family));
    case State::disagreement:
        return fmt::format("{} voices disagree about the {} address, none has a majority.",
                           view.voices, to_text(family));
    case State::agreed:
        return fmt::format("All who say something ({}) say {}.", view.voices,
                           view.address->to_string());
    case State::contested:
        return fmt::format("{} of {} voices say {}.", view.voices_for, view.voices,
                           view.address->to_string());
    }
    return {};
}

}  // namespace

void Consensus::update(TimePoint now) {
    std::erase_if(statements_, [&](const Evidence& one) { return end_of(one) <= now; });
    for (const Family family : {Family::v4, Family::v6}) {
        AddressView& view = views_.at(static_cast<std::size_t>(family));
        AddressView next = judge(family, now);
        next.since = next.address == view.address ? view.since : now;
        next.reason = reason_of(next, family);
        view = std::move(next);
    }
}

}  // namespace homeport::reach
