#pragma once
/// The relay's name server, built from its settings: UDP on threads of its own, TCP on the loop,
/// the zones and the names of homes in them.

#include "app/facts.hpp"
#include "app/world.hpp"
#include "config/settings.hpp"
#include "core/service.hpp"
#include "dns/server/responder.hpp"
#include "dns/server/tcp_server.hpp"
#include "dns/server/zone_keeper.hpp"
#include "net/datagrams.hpp"
#include "net/pump.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::app {

class NameServer {
public:
    NameServer(const World& world, config::Dns settings);
    ~NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    /// Reads the zones and opens the ports. `settings_file` names in faults what stands there.
    /// Errors: a zone that is wrong, those of listen().
    Result<> start(const std::vector<config::ZoneSource>& zones, const std::string& settings_file);
    /// Other zones, or other contents; ports stay. Error: a zone is wrong, all stay as they are.
    Result<> load(const std::vector<config::ZoneSource>& zones, const std::string& settings_file);
    /// The hosts that a home publishes now; shown within the turn of the loop.
    void set_home(const std::string& agent, const std::vector<HostGlob>& hosts);

    DnsFacts facts() const;

private:
    class UdpAnswers;
    class TcpAnswers;

    dns::ResponderOptions responder_options(double rate) const;
    Result<> serve_udp();
    Result<> serve_tcp();
    void publish();

    World world_;
    config::Dns settings_;
    dns::SipKey secret_{};
    dns::ZoneBoard board_;
    dns::ZoneKeeper keeper_;
    std::vector<const dns::ResponderCounters*> counters_;  ///< of the handlers below
    std::unique_ptr<TcpAnswers> tcp_answers_;
    std::unique_ptr<dns::TcpServer> tcp_;
    std::unique_ptr<net::DatagramService> udp_;
    net::Continuation publish_;
};

}  // namespace homeport::app
