#pragma once
/// One function per command; each returns the exit code and has its own file.

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/roles.hpp"
#include "core/time.hpp"
#include "net/entropy.hpp"

namespace homeport::cli {

struct World {
    const Console& console;
    net::Entropy& entropy;
    Roles& roles;
    UnixSeconds now;
};

int run(const RunRelay& command, const World& world);
int run(const RunAgent& command, const World& world);
int run(const RunDemo& command, const World& world);
int run(const MakeInvite& command, const World& world);
int run(const JoinRelay& command, const World& world);
int run(const ListAgents& command, const World& world);
int run(const RevokeAgent& command, const World& world);
int run(const CheckSettings& command, const World& world);
int run(const ShowStatus& command, const World& world);
int run(const ReloadSettings& command, const World& world);
int run(const ParkService& command, const World& world);
int run(const AskAcme& command, const World& world);
int run(const Examine& command, const World& world);
int run(const FindAddress& command, const World& world);
int run(const ShowPorts& command, const World& world);
int run(const CheckName& command, const World& world);
int run(const ShowDs& command, const World& world);
int run(const OrderNames& command, const World& world);
int run(const OpenNames& command, const World& world);
int run(const UseNames& command, const World& world);
int run(const ShowVersion& command, const World& world);

/// The whole program: parses, runs, and returns the exit code.
int run_command_line(int argc, const char* const* argv, const World& world);

}  // namespace homeport::cli
