#pragma once
/// The relay, built from its settings: tunnel, front, control socket, metrics.

#include "app/control_server.hpp"
#include "app/facts.hpp"
#include "app/memory_keeper.hpp"
#include "app/metrics.hpp"
#include "app/names/name_server.hpp"
#include "app/probe_desk.hpp"
#include "app/publications.hpp"
#include "app/role.hpp"
#include "app/world.hpp"
#include "config/settings.hpp"
#include "front/front.hpp"
#include "net/secure.hpp"
#include "store/relay_store.hpp"
#include "tunnel/relay/relay.hpp"

#include <memory>
#include <optional>
#include <string>

namespace homeport::app {

class RelayRole final : public Role {
public:
    /// What the state directory holds.
    struct State {
        std::unique_ptr<net::Security> security;
        std::unique_ptr<store::RelayStore> store;
    };

    /// `settings_file` is read again by reload().
    RelayRole(const World& world, State state, std::string settings_file, config::Relay settings);
    ~RelayRole() override;

    /// Opens every listener. Errors: those of listen() and of the store.
    Result<> start();

    ReloadReport reload() override;
    void begin_stop() override;
    std::size_t running() const override { return front_->visitors(); }

    RoleFacts facts() const;
    /// The answer of the control socket; orders to the name server are answered later.
    void answer(const ControlRequest& request, ControlServer::Reply reply);

private:
    Result<> start_names();
    Result<> start_metrics(const std::optional<Endpoint>& listen);
    Result<> reload_zones(const config::Relay& next);
    void apply(const config::Relay& next, ReloadReport& report);
    std::string answer_at_once(const ControlRequest& request);
    std::string park(const ControlRequest& request, bool parked);
    std::string refresh();

    World world_;
    State state_;
    std::string settings_file_;
    config::Relay settings_;  ///< in force
    TimePoint started_;
    std::unique_ptr<NameServer> names_;  ///< null: it answers no DNS
    ParkFile parked_;
    Publications publications_;
    ProbeDesk probes_;
    std::unique_ptr<tunnel::Relay> relay_;
    std::unique_ptr<RelayHomes> homes_;
    std::unique_ptr<front::Front> front_;
    std::unique_ptr<MetricsServer> metrics_;
    std::unique_ptr<ControlServer> control_;
    std::unique_ptr<MemoryKeeper> memory_;
};

}  // namespace homeport::app
