#pragma once
/// A machine: run loop, kernel, addresses, and a program that can be started, stopped the hard way
/// and started again. Faults (kill, power_cut, suspend ...) are called from outside the host's own
/// callbacks, that is from Simulation::at() or between runs.

#include "net/network.hpp"
#include "sim/world/host_loop.hpp"
#include "sim/world/limits.hpp"
#include "sim/world/socket.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace homeport::sim {

class HostNetwork;
class Router;
class Wire;

/// Where finished handshakes wait for a listener of the process.
class ListenQueue {
public:
    virtual bool full() const = 0;
    virtual void established(std::shared_ptr<Socket> socket) = 0;

protected:
    ~ListenQueue() = default;
};

struct HostOptions {
    std::vector<IpAddress> addresses;
    Router* router = nullptr;  ///< in front of it; then the addresses are private ones
    std::size_t send_buffer_bytes = kSocketBufferBytes;
    std::size_t receive_buffer_bytes = kSocketBufferBytes;
};

class Host {
public:
    Host(Wire& wire, std::uint32_t id, std::string name, HostOptions options);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    HostLoop& loop() { return loop_; }
    net::Network& network();
    const std::string& name() const { return name_; }
    std::uint32_t id() const { return id_; }
    Wire& wire() { return wire_; }
    Simulation& simulation();
    const HostOptions& options() const { return options_; }

    /// What start() makes and kill() destroys: the process.
    void set_program(std::function<std::shared_ptr<void>()> make) {
        make_program_ = std::move(make);
    }
    void start();
    bool running() const { return program_ != nullptr; }
    /// SIGKILL: the kernel resets all connections (net/linux asks it to), then the objects go; what
    /// they still do reaches nobody.
    void kill();
    /// Nothing is sent; packets to it are lost until power_on().
    void power_cut();
    void power_on();
    /// SIGSTOP and SIGCONT: the kernel goes on receiving.
    void suspend() { loop_.set_suspended(true); }
    void resume() { loop_.set_suspended(false); }

    /// New addresses of the interface; watch_changes() fires. Connections of a lost address are
    /// black.
    void set_addresses(std::vector<IpAddress> addresses);
    /// The cable; watch_changes() fires. Loopback goes on.
    void set_link(bool up);
    /// Fires watch_changes() for another reason.
    void announce_change();

    bool powered() const { return powered_; }
    bool link_up() const { return link_up_; }
    bool owns(const IpAddress& address) const;
    Router* router() const { return options_.router; }
    /// Sockets that the kernel knows, orphans included.
    std::size_t sockets() const { return sockets_.size(); }

    // Used by HostNetwork, Socket and Wire.
    void keep(std::shared_ptr<Socket> socket);
    void forget(const Socket& socket);
    Result<Endpoint> bind(const net::SocketAddress& address, ListenQueue& queue);
    void unbind(const net::SocketAddress& address, const ListenQueue& queue);
    ListenQueue* listener_at(const net::SocketAddress& address) const;
    std::uint16_t ephemeral_port();
    void arrive_syn(const std::shared_ptr<Socket>& client);
    void reset_all_between(const Host& other);
    /// True while the objects of a killed process are being destroyed: nothing they ask for
    /// happens.
    bool dying() const { return dying_; }

private:
    void close_all();
    void destroy_program();

    Wire& wire_;
    const std::uint32_t id_;
    const std::string name_;
    HostOptions options_;
    HostLoop loop_;
    std::unique_ptr<HostNetwork> network_;
    std::function<std::shared_ptr<void>()> make_program_;
    std::shared_ptr<void> program_;
    bool dying_ = false;
    bool powered_ = true;
    bool link_up_ = true;
    std::map<net::SocketAddress, ListenQueue*> listeners_;
    std::map<std::uint64_t, std::shared_ptr<Socket>> sockets_;
    std::uint16_t next_port_ = 32768;
};

}  // namespace homeport::sim
