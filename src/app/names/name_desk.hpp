#pragma once
/// The name server but for its threads of UDP: everything that changes zones, on one loop. Files
/// and settings, homes, DNS updates and the name service come together here, go to the store in
/// batches, and are published, signed and told to secondaries.

#include "app/names/answers.hpp"
#include "app/names/batch_view.hpp"
#include "app/names/challenge_desk.hpp"
#include "app/names/name_service.hpp"
#include "app/names/secondaries.hpp"
#include "app/names/update_work.hpp"
#include "app/names/worker_thread.hpp"
#include "config/settings.hpp"
#include "dns/server/replay_guard.hpp"
#include "dns/server/zone_keeper.hpp"
#include "net/mailbox.hpp"
#include "net/pump.hpp"
#include "store/group_commit.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace homeport::app {

/// Names of those that are to be signed.
std::vector<std::string> signed_zones(const std::vector<config::ZoneSource>& zones);

class NameDesk {
public:
    struct Parts {
        const NamesWorld& world;  ///< of the loop that it lives on
        net::Mailbox& mailbox;    ///< of that loop
        dns::ZoneBoard& board;
        std::size_t visitors;             ///< that the limit of open files has room for
        dns::ResponderOptions responder;  ///< of TCP
    };

    /// `store` may be used by nobody else from now on. What `parts` refers to must outlive it.
    NameDesk(const Parts& parts, const config::Relay& settings,
             std::unique_ptr<store::NameStore> store, store::NameState state);
    ~NameDesk();
    NameDesk(const NameDesk&) = delete;
    NameDesk& operator=(const NameDesk&) = delete;

    /// Opens the ports; the zones are published soon, and nothing is answered before. Errors: those
    /// of listen() and of what is opened; a key that cannot be had.
    Result<> start(std::vector<dns::ZoneInput> zones, const std::vector<Endpoint>& listen);
    /// Other zones, or other contents; `to_sign` are the names of those that are to be signed.
    void load(std::vector<dns::ZoneInput> zones, std::vector<std::string> to_sign);
    /// What a home publishes now; answered at once, but at most once per kHomePause.
    void set_home(const std::string& home, std::vector<dns::HomeName> names);
    ChallengeDesk& challenges() { return challenges_; }
    /// What the operator asks. `reply` is called on the desk's loop, and never if the desk ends
    /// before.
    void carry_out(Order order, OrderReply reply);
    /// Whoever hands over updates calls this on the desk's loop.
    UpdateSink& update_sink() { return update_sink_; }

    DnsFacts facts() const;
    const dns::ResponderCounters& tcp_counters() const { return tcp_answers_.counters(); }

private:
    struct TransferMessages;

    void submit(std::unique_ptr<store::Work> work);
    void write(std::span<const store::NameChange> changes,
               std::move_only_function<void(Result<>)> done);
    void show(std::span<const store::NameChange> changes);
    void begin();
    void run_batches();
    void publish();
    void publish_promptly();
    void on_step(const dns::Zone& zone);
    void refresh_signatures();
    Result<> store_now(std::vector<store::NameChange> changes);
    Result<> complete(std::vector<dns::ZoneInput>& zones);
    Result<std::shared_ptr<dns::ZoneSigner>> signer_of(const dns::Zone& zone);
    void add_catalog(std::vector<dns::ZoneInput>& zones) const;
    std::expected<std::unique_ptr<dns::MessageSource>, dns::Rcode> transfer(
        Bytes request, const dns::Query& query, const dns::TsigCheck& signature);
    std::vector<SecondaryTarget> targets() const;
    bool is_protected(dns::NameView name) const;
    std::string propagation(const std::string& name) const;
    std::string ds_records(const std::string& zone) const;
    void read_evidence(ReadEvidence order, OrderReply reply);

    NamesWorld world_;
    net::Mailbox& mailbox_;
    config::Dns settings_;
    std::vector<config::Secondary> secondary_settings_;
    std::vector<std::string> signed_zones_;
    std::shared_ptr<const dns::Access> access_;
    std::unique_ptr<store::NameStore> store_;
    store::NameState state_;  ///< of the last run; emptied as it is used
    bool new_secret_ = false;
    std::vector<dns::ZoneInput> first_zones_;  ///< from start() to begin()
    dns::ZoneKeeper keeper_;
    BatchView view_;
    dns::ReplayGuard replays_;
    store::GroupCommit commit_;
    UpdateDesk updates_;
    UpdateSink update_sink_;
    TcpAnswers tcp_answers_;
    dns::TcpServer tcp_;
    Secondaries secondaries_;
    std::unique_ptr<NameService> service_;
    net::Continuation begin_;
    net::Continuation batches_;
    net::Continuation publish_soon_;
    net::Timer step_timer_;
    TimePoint published_at_{};
    ChallengeDesk challenges_;
    net::Timer signing_timer_;
    std::shared_ptr<std::size_t> transfers_;  ///< under way
    std::uint64_t transfers_total_ = 0;
    std::uint64_t updates_total_ = 0;
    std::shared_ptr<NameDesk*> self_;  ///< emptied by the destructor, for what comes back late
    WorkerThread disk_;                ///< last: ended first
};

}  // namespace homeport::app
