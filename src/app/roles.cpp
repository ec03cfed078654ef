#include "app/roles.hpp"

#include "app/build.hpp"
#include "app/demo.hpp"
#include "app/host.hpp"
#include "cli/limits.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace homeport::app {
namespace {

/// An ask with all that it needs beside the loop and the network.
class AskWithin final : public net::Handle {
public:
    AskWithin(net::Loop& loop, net::Network& network, std::unique_ptr<net::Security> security,
              const cli::PairedRelay& relay, const tunnel::Question& question,
              const IpAddress& source, cli::Roles::AskDone done)
        : security_(std::move(security)),
          asking_({loop, network, *security_, entropy_, log_, pool_}, relay.address, relay.key,
                  question, std::move(done), source) {}

private:
    net::KernelEntropy entropy_;
    NullLog log_;
    ChunkPool pool_;
    std::unique_ptr<net::Security> security_;
    tunnel::AskingAlone asking_;
};

}  // namespace

Result<> LinuxRoles::run_relay(const std::string& settings_file, const config::Relay& settings) {
    Host host(settings.log_level);
    const auto relay = build_relay(host.world(), settings_file, settings);
    if (!relay) return std::unexpected(relay.error());
    if (auto started = (*relay)->start(); !started) return started;
    host.run({relay->get()});
    return {};
}

Result<> LinuxRoles::run_agent(const std::string& settings_file, const config::Agent& settings,
                               const cli::PairedRelay& relay) {
    Host host(settings.log_level);
    const auto agent = build_agent(host.world(), settings_file, settings, relay);
    if (!agent) return std::unexpected(agent.error());
    if (auto started = (*agent)->start(); !started) return started;
    host.run({agent->get()});
    return {};
}

Result<> LinuxRoles::run_demo(const cli::RunDemo& demo, const cli::Console& console) {
    return app::run_demo(demo, console);
}

Result<std::string> LinuxRoles::pair(const std::string& state_dir, const tunnel::Token& token) {
    Host host(Level::warn);
    const World world = host.world();
    const auto security = build_security(world.loop, state_dir);
    if (!security) return std::unexpected(security.error());

    bool over = false;
    Result<std::string> outcome = fail(Errc::closed, "interrupted");
    const tunnel::Joining joining(
        {world.loop, world.network, **security, world.entropy, world.log, world.pool}, token,
        [&](Result<std::string> result) {
            outcome = std::move(result);
            over = true;
        });
    const auto give_up = [](void* self) { *static_cast<bool*>(self) = true; };
    net::Timer limit(world.loop.timers(), net::Callback{give_up, &over});
    limit.arm(world.loop.now() + cli::kJoinTimeout);
    const bool interrupted = !host.run_until(over);
    if (!interrupted && !outcome && outcome.error().code == Errc::closed) {
        return fail(Errc::timed_out, fmt::format("no answer within {} s", cli::kJoinTimeout / 1s));
    }
    return outcome;
}

Result<> LinuxRoles::ask(const std::string& state_dir, const cli::PairedRelay& relay,
                         const tunnel::Question& question) {
    Host host(Level::warn);
    const World world = host.world();
    const auto security = build_security(world.loop, state_dir);
    if (!security) return std::unexpected(security.error());

    bool over = false;
    Result<> outcome = fail(Errc::closed, "interrupted");
    const tunnel::AskingAlone asking(
        {world.loop, world.network, **security, world.entropy, world.log, world.pool},
        relay.address, relay.key, question, [&](Result<> result) {
            outcome = std::move(result);
            over = true;
        });
    host.run_until(over);
    return outcome;
}

Result<std::unique_ptr<net::Handle>> LinuxRoles::ask_alone(net::Loop& loop, net::Network& network,
                                                           const std::string& state_dir,
                                                           const cli::PairedRelay& relay,
                                                           const tunnel::Question& question,
                                                           const IpAddress& source, AskDone done) {
    auto security = build_security(loop, state_dir);
    if (!security) return std::unexpected(security.error());
    return std::make_unique<AskWithin>(loop, network, std::move(*security), relay, question, source,
                                       std::move(done));
}

}  // namespace homeport::app
