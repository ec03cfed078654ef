#pragma once
/// What the user asked for, checked as far as the command line alone allows.

#include "core/ip.hpp"
#include "core/service.hpp"
#include "core/time.hpp"

#include <string>
#include <variant>

namespace homeport::cli {

struct RunRelay {
    std::string config;
};
struct RunAgent {
    std::string config;
};
struct RunDemo {
    Endpoint listen;        ///< where the browser goes
    std::string state_dir;  ///< empty: a temporary one
};
struct MakeInvite {
    std::string name;
    std::string config;
    Grants grants;
    Duration expires{};
    bool qr = false;
};
struct JoinRelay {
    std::string token;  ///< "-": the first line of standard input
    std::string config;
    bool force = false;
};
struct ListAgents {
    std::string config;
    bool json = false;
};
struct RevokeAgent {
    std::string name;
    std::string config;
    bool release = false;
};
struct CheckSettings {
    std::string config;
};
struct ShowStatus {
    std::string config;
    bool json = false;
};
struct ReloadSettings {
    std::string config;
};
struct ParkService {
    std::string config;
    std::string service;  ///< empty: all
    bool parked = true;   ///< false: unpark
};
struct ShowVersion {};

using Command =
    std::variant<RunRelay, RunAgent, RunDemo, MakeInvite, JoinRelay, ListAgents, RevokeAgent,
                 CheckSettings, ShowStatus, ReloadSettings, ParkService, ShowVersion>;

}  // namespace homeport::cli
