#pragma once
/// What stands between the visitors and the target: the thing under test. A scenario builds the
/// cast, lets the middle put its programs on the hosts, and then does its worst.

#include "sim/world/judge.hpp"
#include "sim/world/wire.hpp"

#include <functional>
#include <memory>

namespace homeport::sim {

/// The hosts of every scenario. Paths: visitors - relay - (router) - home - target.
struct Cast {
    Wire& wire;
    Judge& judge;
    Host& visitors;
    Host& relay;
    Host& home;          ///< the agent's machine
    Host& target;        ///< the server's, in the same network as `home`
    Router* router;      ///< in front of `home` and `target`; nullptr: both have public addresses
    Endpoint published;  ///< where visitors come, at the relay
    Endpoint target_address;  ///< as `home` sees it
};

/// Name of the home's public address: changes with it.
inline constexpr const char* kHomeName = "home.example.net";
/// Name of the relay's address.
inline constexpr const char* kRelayName = "relay.example.net";

struct Promises {
    bool behind_router = false;  ///< reaches a home that has no public address
    bool finishes = false;       ///< no visitor hangs for ever while the relay lives
    bool resumes = false;        ///< streams go on after an outage shorter than the resume window
};

class Middle {
public:
    virtual ~Middle() = default;
    /// Sets the programs of `relay` and `home` and starts them. Called once.
    virtual void start() = 0;
    /// Visitors may come.
    virtual bool ready() const = 0;
    /// All visitors are gone, the world is well: complains to the judge about what was left behind.
    virtual void check_left_overs() {}
};

struct MiddleKind {
    Promises promises;
    std::function<std::unique_ptr<Middle>(Cast&)> make;
};

}  // namespace homeport::sim
