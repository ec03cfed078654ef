#include "tunnel/relay/home.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// Grants say so for every home.
constexpr std::string_view kEveryHome = "*";

Result<> too_often() {
    return fail(Errc::limit, "more than " + std::to_string(kMaxAsksPerPeriod) + " asks within " +
                                 std::to_string(kAskPeriod / 1s) + " s; try again then");
}

Result<> no_right(const std::string& agent, const std::string& home) {
    return fail(Errc::denied, "no right to park \"" + home + "\"; on the relay: homeport invite " +
                                  agent + " --may-park " + home);
}

}  // namespace

/// Over the link that is there then; the agent asks again when one died, so an answer may be lost.
AskDone Home::answer_later(std::uint32_t number) {
    return [self = weak_from_this(), instance = agent_instance_, number](const Result<>& result) {
        const auto home = self.lock();
        if (!home || home->agent_instance_ != instance) return;
        Link* const link = home->driver_.active_link();
        if (link != nullptr) link->send(asked_frame(number, result));
    };
}

void Home::ask(const Frame& frame, const IpAddress& from, AskDone done) {
    if (const auto* const wish = std::get_if<ParkFrame>(&frame))
        return park(*wish, std::move(done));
    if (const auto* const wish = std::get_if<ProbeFrame>(&frame))
        return probe(*wish, from, std::move(done));
    challenge(std::get<ChallengeFrame>(frame), std::move(done));
}

bool Home::may_park(const std::string& home) const {
    return home == record_.name ||
           std::ranges::any_of(record_.grants.may_park,
                               [&](const auto& one) { return one == home || one == kEveryHome; });
}

/// An agent that attaches tells what it kept for its own home, as much as it has services: that
/// does not count.
void Home::park(const ParkFrame& frame, AskDone done) {
    const std::string home(frame.home.empty() ? record_.name : frame.home);
    const bool kept = frame.ask == 0 && home == record_.name;
    if (!kept && !ask_rate_.admit(world_.loop.now())) return done(too_often());
    Result<> result = no_right(record_.name, home);
    if (may_park(home)) {
        ParkWish wish{.service = std::string(frame.service), .parked = frame.parked};
        if (!frame.answer.empty()) wish.answer = frame.answer;
        result = world_.publisher.park(home, wish);
    }
    // What came of it at the home is the publisher's to log; here stands who asked.
    world_.log.info("agent.ask", {{"what", frame.parked ? "park" : "unpark"},
                                  {"home", home},
                                  {"service", frame.service},
                                  {"by", record_.name},
                                  {"result", result ? "done" : result.error().what}});
    done(std::move(result));
}

void Home::challenge(const ChallengeFrame& frame, AskDone done) {
    if (!ask_rate_.admit(world_.loop.now())) return done(too_often());
    world_.publisher.challenge(record_.name,
                               {.host = std::string(frame.host),
                                .text = std::string(frame.text),
                                .present = frame.present},
                               std::move(done));
}

/// How often is the publisher's to judge, which knows what a dial costs and others have asked for.
void Home::probe(const ProbeFrame& frame, const IpAddress& from, AskDone done) {
    world_.publisher.probe(record_.name,
                           {.address = from,
                            .token = frame.token,
                            .udp = frame.udp,
                            .port = frame.port,
                            .check = frame.check,
                            .service = std::string(frame.service),
                            .host = std::string(frame.host),
                            .login = std::string(frame.login)},
                           std::move(done));
}

}  // namespace homeport::tunnel
