#pragma once
/// The relay's name server, as the relay sees it: UDP on threads of its own, everything else on one
/// more thread (app/names). Calls come from the relay's loop and do not wait, but for the start.

#include "app/names/facts.hpp"
#include "app/names/home_host.hpp"
#include "app/names/name_desk.hpp"
#include "app/names/names_world.hpp"
#include "app/names/side_thread.hpp"
#include "config/settings.hpp"
#include "core/service.hpp"
#include "net/datagrams.hpp"
#include "net/mailbox.hpp"
#include "net/timer.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace homeport::app {

class NameServer {
public:
    /// `visitors`: that the limit of open files has room for.
    /// `home`: of the relay's loop.
    NameServer(const NamesWorld& world, net::Mailbox& home, const config::Relay& settings,
               std::size_t visitors);
    ~NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    /// Reads the zones and opens the ports. `settings_file` names in faults what stands there.
    /// Errors: a zone that is wrong, those of the store and of listen().
    Result<> start(const config::Relay& settings, const std::string& settings_file);
    /// Other zones, or other contents; ports stay. Error: a zone is wrong, all stay as they are.
    Result<> load(const std::vector<config::ZoneSource>& zones, const std::string& settings_file);
    /// The hosts that a home publishes now, and their states; answered within milliseconds.
    void set_home(const std::string& agent, const std::vector<HomeHost>& hosts);
    /// `done` is called on the relay's loop when it is answered, and never if this ends before.
    /// Errors: not_found (no zone of ours), denied (an alias stands there), limit, io.
    void challenge(HomeChallenge challenge, ChallengeDesk::Done done);

    /// What the operator asks. `reply` is called on the relay's loop, and never if this ends
    /// before.
    void carry_out(Order order, OrderReply reply);

    DnsFacts facts() const;

private:
    /// What the other thread says of itself, from time to time.
    struct Shared {
        mutable std::mutex mutex;
        DnsFacts facts;
    };

    Result<std::vector<dns::ZoneInput>> read_zones(const std::vector<config::ZoneSource>& zones,
                                                   const std::string& settings_file) const;
    Result<> open_udp();
    Result<> open_desk(const config::Relay& settings, std::vector<dns::ZoneInput> zones);
    dns::ResponderOptions responder_options(double rate) const;
    void await_zones();
    void note_facts();

    NamesWorld world_;
    net::Mailbox& home_;
    config::Dns settings_;
    std::size_t visitors_;
    dns::SipKey secret_{};
    std::shared_ptr<const dns::Access> access_;
    dns::ZoneBoard board_;
    Shared shared_;
    std::vector<const dns::ResponderCounters*> counters_;  ///< of the handlers below
    UpdateSink to_desk_;                                   ///< called on the side thread
    std::unique_ptr<SideThread> side_;
    std::unique_ptr<NameDesk> desk_;           ///< made and destroyed there
    std::unique_ptr<net::Timer> facts_timer_;  ///< likewise
    net::Loop* loop_ = nullptr;                ///< of that thread
    std::unique_ptr<net::DatagramService> udp_;
};

}  // namespace homeport::app
