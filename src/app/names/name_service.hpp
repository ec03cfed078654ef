#pragma once
/// The name service over HTTP: requests become works of the batch, passwords are looked at by a
/// thread of their own.

#include "app/names/facts.hpp"
#include "app/names/names_world.hpp"
#include "app/names/operator_order.hpp"
#include "app/names/worker_thread.hpp"
#include "config/settings.hpp"
#include "dns/server/zone_keeper.hpp"
#include "http/server/server.hpp"
#include "names/api.hpp"
#include "names/registry.hpp"
#include "net/mailbox.hpp"
#include "net/tls/tls_server.hpp"
#include "store/group_commit.hpp"

#include <functional>
#include <memory>

namespace homeport::app {

class NameService final : private http::Handler {
public:
    struct Ports {
        net::Mailbox& mailbox;  ///< of the loop it lives on
        /// Gives a work to the batches; finishes it at once with an error when too many wait.
        std::function<void(std::unique_ptr<store::Work>)> submit;
        /// JSON: where the name's changes have arrived.
        std::function<std::string(const std::string& name)> propagation;
    };

    /// `state` has a secret.
    NameService(const NamesWorld& world, config::Names settings, const store::NameState& state,
                Ports ports);
    ~NameService() override;

    /// Errors: those of TlsServer::load and of listen().
    Result<> start();
    /// Nobody may take what stands in the files of its zones, or they would hide each other.
    void reserve(const std::vector<dns::ZoneInput>& zones);
    /// Any order but ReadEvidence and ListDs.
    void carry_out(Order order, OrderReply reply);
    names::Registry& registry() { return registry_; }
    const names::Registry& registry() const { return registry_; }
    /// For whoever asks the registry something beside HTTP.
    names::Moment moment();
    NamesFacts facts() const;

private:
    class RequestWork;
    class ExpiryWork;

    void handle(const http::Request& request, http::Responder respond) override;
    void submit(names::ApiRequest asked, http::Responder respond);
    void work_on_password(names::PasswordWork work, names::ApiRequest asked,
                          http::Responder respond);
    void count(const names::Answer& answer, bool changed);
    void expire();

    NamesWorld world_;
    config::Names settings_;
    Ports ports_;
    names::Registry registry_;
    NamesFacts facts_;
    std::unique_ptr<net::TlsServer> tls_;
    http::Server server_;
    net::Timer expiry_;
    std::shared_ptr<NameService*> self_;  ///< emptied by the destructor, for what comes back late
    WorkerThread passwords_;              ///< last: ended first
};

/// What the settings say, for the rules. `decoy`: an encoded password that nobody has.
names::Options rules_of(const config::Names& settings, std::string decoy);

}  // namespace homeport::app
