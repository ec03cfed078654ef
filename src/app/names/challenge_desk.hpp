#pragma once
/// Puts what homes set under "_acme-challenge" into the zones, and says when it is answered.

#include "app/names/challenges.hpp"
#include "app/names/home_host.hpp"
#include "dns/server/zone_keeper.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"

#include <functional>
#include <string>
#include <vector>

namespace homeport::app {

class ChallengeDesk {
public:
    using Done = std::move_only_function<void(Result<>)>;

    /// `publish` lets the zones be published soon; published() is called after each time.
    ChallengeDesk(net::Loop& loop, dns::ZoneKeeper& keeper, std::function<void()> publish);

    /// `done` is called when it is published, and never if this ends before. Errors: not_found (in
    /// no zone), denied (an alias stands there), limit, io.
    void take(const HomeChallenge& challenge, Done done);
    /// The home has only these names; its challenges of others go.
    void keep_only(const std::string& home, const std::vector<dns::HomeName>& names);
    void published();

private:
    /// It is in the zone, which is not published yet.
    struct Waiting {
        dns::Name name;
        std::string text;
        bool present = true;
        Done done;
    };

    Result<> enter(const dns::Name& name, const HomeChallenge& challenge);
    void drop_old();
    void await_old();
    void show(const std::vector<dns::Name>& names);

    net::Loop& loop_;
    dns::ZoneKeeper& keeper_;
    std::function<void()> publish_;
    Challenges challenges_;
    std::vector<Waiting> waiting_;
    net::Timer timer_;
};

}  // namespace homeport::app
