#include "app/build.hpp"

#include "cli/relay_state.hpp"
#include "cli/state_dir.hpp"
#include "net/tls/tls_security.hpp"

namespace homeport::app {

Result<std::unique_ptr<net::Security>> build_security(net::Loop& loop,
                                                      const std::string& state_dir) {
    const auto identity = cli::own_identity(state_dir);
    if (!identity) return std::unexpected(identity.error());
    return std::make_unique<net::TlsSecurity>(loop, *identity);
}

Result<std::unique_ptr<RelayRole>> build_relay(const World& world, const std::string& settings_file,
                                               const config::Relay& settings) {
    if (auto ready = cli::prepare_state_dir(settings.state_dir); !ready) {
        return std::unexpected(ready.error());
    }
    auto security = build_security(world.loop, settings.state_dir);
    if (!security) return std::unexpected(security.error());
    auto store = cli::open_relay_store(settings.state_dir);
    if (!store) return std::unexpected(store.error());
    return std::make_unique<RelayRole>(
        world, RelayRole::State{std::move(*security), std::move(*store)}, settings_file, settings);
}

Result<std::unique_ptr<AgentRole>> build_agent(const World& world, const std::string& settings_file,
                                               const config::Agent& settings,
                                               const cli::PairedRelay& paired) {
    if (auto ready = cli::prepare_state_dir(settings.state_dir); !ready) {
        return std::unexpected(ready.error());
    }
    auto security = build_security(world.loop, settings.state_dir);
    if (!security) return std::unexpected(security.error());
    return std::make_unique<AgentRole>(world, std::move(*security), settings_file, settings,
                                       paired);
}

}  // namespace homeport::app
