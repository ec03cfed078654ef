#include "app/names/challenge_desk.hpp"

#include "app/names/limits.hpp"
#include "names/records.hpp"

#include <set>

namespace homeport::app {

ChallengeDesk::ChallengeDesk(net::Loop& loop, dns::ZoneKeeper& keeper,
                             std::function<void()> publish)
    : loop_(loop),
      keeper_(keeper),
      publish_(std::move(publish)),
      timer_(loop.timers(), net::call<&ChallengeDesk::drop_old>(this)) {}

void ChallengeDesk::take(const HomeChallenge& challenge, Done done) {
    const auto host = dns::Name::parse(challenge.host);
    const auto name = host ? dns::Name::child(names::kAcmeLabel, *host) : std::nullopt;
    if (!name) return done(fail(Errc::denied, challenge.host + " is too long for a challenge"));
    if (waiting_.size() >= kMaxWaitingChallenges)
        return done(fail(Errc::limit, "too many ACME challenges at a time; try again"));
    if (auto entered = enter(*name, challenge); !entered) return done(std::move(entered));
    waiting_.push_back({*name, challenge.text, challenge.present, std::move(done)});
    await_old();
    publish_();
}

Result<> ChallengeDesk::enter(const dns::Name& name, const HomeChallenge& challenge) {
    if (!challenge.present) {
        challenges_.remove(name, challenge.home, challenge.text);
    } else if (auto added = challenges_.add(name, challenge.home, challenge.text, loop_.now());
               !added) {
        return added;
    }
    auto set = keeper_.set_texts(name, challenges_.texts(name));
    if (set) return set;
    challenges_.remove(name, challenge.home, challenge.text);
    const Errc why = set.error().code == Errc::invalid ? Errc::denied : set.error().code;
    return fail(why, set.error().what);
}

/// Whoever waits tells an ACME server next, which asks the name servers.
void ChallengeDesk::published() {
    for (Waiting& waiting : std::exchange(waiting_, {})) {
        const bool shown = keeper_.shows_text(waiting.name, waiting.text);
        waiting.done(waiting.present && !shown
                         ? fail(Errc::io, "the zone could not be published; see the relay's log")
                         : Result<>());
    }
}

void ChallengeDesk::keep_only(const std::string& home, const std::vector<dns::HomeName>& names) {
    std::set<dns::Name, dns::CanonicalLess> hosts;
    for (const dns::HomeName& home_name : names) {
        const dns::NameView name = home_name.name;
        hosts.emplace(name.is_wildcard() ? name.parent() : name);
    }
    show(challenges_.keep_only(
        home, [&hosts](dns::NameView name) { return hosts.contains(name.parent()); }));
}

void ChallengeDesk::drop_old() {
    show(challenges_.expire(loop_.now()));
    await_old();
    publish_();
}

void ChallengeDesk::await_old() {
    const TimePoint next = challenges_.next();
    next == kNever ? timer_.cancel() : timer_.arm(next);
}

/// A zone that is gone does not matter.
void ChallengeDesk::show(const std::vector<dns::Name>& names) {
    for (const dns::Name& name : names)
        static_cast<void>(keeper_.set_texts(name, challenges_.texts(name)));
}

}  // namespace homeport::app
