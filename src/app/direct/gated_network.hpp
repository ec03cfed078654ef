#pragma once
/// A network whose listeners belong to the door: they open on the port that stands for the external
/// one that was asked for, open and close when they are wanted, and let a probe's knock in first.

#include "core/probe.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/service/knock_stream.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace homeport::app {

class GatedNetwork final : public net::Network {
public:
    struct Options {
        bool translated = true;  ///< see app/direct/door.hpp
        /// External ports whose visitors speak first: each of their connections is looked at, and
        /// they are open only while they are wanted. 0: none.
        std::uint16_t http_port = 0;
        std::uint16_t tls_port = 0;
        ProbeToken token{};
    };
    /// What became of a port.
    struct Opened {
        std::uint16_t internal = 0;  ///< 0: not open
        Error error{Errc::closed, "not open"};
    };

    GatedNetwork(net::Loop& loop, net::Network& network, const Options& options);
    ~GatedNetwork() override;

    /// Ports that are not translated and yet not taken, as if somebody listened there already:
    /// those of services that could not start otherwise. From the next want() or listen() on.
    void leave(std::set<std::uint16_t> ports) { left_ = std::move(ports); }
    /// Which of http_port and tls_port are wanted. Whatever could not be opened is tried again.
    void want(bool http, bool tls);
    /// nullptr: nobody listens there. Valid until the next call of listen() or want().
    const Opened* opened(std::uint16_t external) const;
    /// Connections to it are looked at for knocks until `until`.
    void expect_probe(std::uint16_t external, TimePoint until);

    /// `address` with the external port. A port that cannot be opened is no error here: opened()
    /// tells. Errors: exists (somebody listens there by this very network), invalid (a path).
    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions& options,
                                                  net::AcceptHandler on_accept) override;

    std::unique_ptr<net::Handle> dial(const net::SocketAddress& to, const net::DialOptions& options,
                                      net::DialHandler on_done) override;
    std::unique_ptr<net::Handle> resolve(std::string host, net::ResolveHandler on_done) override;
    std::unique_ptr<net::Handle> watch_changes(std::function<void()> on_change) override;
    using Network::open_datagrams;
    Result<std::unique_ptr<net::DatagramPort>> open_datagrams(
        const Endpoint& local, const net::DatagramPortOptions& options,
        net::DatagramSink on_datagram) override;
    std::unique_ptr<net::Splice> splice() override;
    bool watch_peer(net::Stream& stream, const net::PeerWatch& watch) override;
    std::optional<IpAddress> source_for(const Endpoint& to) override;
    Result<std::vector<net::InterfaceAddress>> addresses() override;
    Result<std::vector<net::Gateway>> gateways() override;

private:
    class Gate;

    bool speaks_first(std::uint16_t external) const;
    bool is_wanted(std::uint16_t external) const;
    /// How long a new connection is looked at; nothing: not at all.
    std::optional<Duration> patience(std::uint16_t external) const;

    net::Loop& loop_;
    net::Network& network_;
    Options options_;
    bool want_http_ = false;
    bool want_tls_ = false;
    std::map<std::uint16_t, Gate*> gates_;  ///< by external port
    std::map<std::uint16_t, TimePoint> probes_;
    std::set<std::uint16_t> left_;
    reach::Knockers knockers_;
};

}  // namespace homeport::app
