#include "sim/world/host.hpp"

#include "core/assert.hpp"
#include "sim/world/host_network.hpp"
#include "sim/world/wire.hpp"

#include <algorithm>
#include <utility>

namespace homeport::sim {

namespace {
constexpr std::uint16_t kFirstEphemeralPort = 32768;
constexpr std::uint16_t kLastEphemeralPort = 60999;
}  // namespace

Host::Host(Wire& wire, std::uint32_t id, std::string name, HostOptions options)
    : wire_(wire),
      id_(id),
      name_(std::move(name)),
      options_(std::move(options)),
      loop_(wire.simulation()),
      network_(std::make_unique<HostNetwork>(*this)) {}

Host::~Host() {
    destroy_program();
}

Simulation& Host::simulation() {
    return wire_.simulation();
}

net::Network& Host::network() {
    return *network_;
}

void Host::start() {
    HOMEPORT_ASSERT(make_program_ && !program_ && powered_);
    simulation().trace("host.start", id_);
    program_ = make_program_();
}

void Host::destroy_program() {
    HOMEPORT_ASSERT(!loop_.running());
    dying_ = true;
    listeners_.clear();
    program_.reset();
    loop_.clear();
    dying_ = false;
    loop_.set_suspended(false);
}

void Host::kill() {
    simulation().trace("host.kill", id_);
    close_all();
    destroy_program();
}

void Host::close_all() {
    const auto sockets = sockets_;
    for (const auto& [id, socket] : sockets) {
        // What the process had closed before is the kernel's to finish.
        if (!socket->orphan()) socket->reset();
    }
}

void Host::power_cut() {
    simulation().trace("host.power_cut", id_);
    powered_ = false;
    const auto sockets = sockets_;
    for (const auto& [id, socket] : sockets) socket->vanish();
    destroy_program();
}

void Host::power_on() {
    simulation().trace("host.power_on", id_);
    powered_ = true;
}

void Host::set_addresses(std::vector<IpAddress> addresses) {
    options_.addresses = std::move(addresses);
    simulation().trace("host.addresses", id_);
    announce_change();
}

void Host::set_link(bool up) {
    link_up_ = up;
    simulation().trace("host.link", id_, up ? 1 : 0);
    announce_change();
}

void Host::announce_change() {
    network_->changed();
}

bool Host::owns(const IpAddress& address) const {
    return std::ranges::find(options_.addresses, address) != options_.addresses.end();
}

void Host::keep(std::shared_ptr<Socket> socket) {
    const std::uint64_t id = socket->id();
    sockets_[id] = std::move(socket);
}

void Host::forget(const Socket& socket) {
    sockets_.erase(socket.id());
}

Result<Endpoint> Host::bind(const net::SocketAddress& address, ListenQueue& queue) {
    if (dying_) return fail(Errc::closed, "the process is dying");
    net::SocketAddress key = address;
    Endpoint local;
    if (auto* endpoint = std::get_if<Endpoint>(&key)) {
        const IpAddress& ip = endpoint->address;
        if (!ip.is_unspecified() && !ip.is_loopback() && !owns(ip)) {
            return fail(Errc::invalid, "not an address of this host: " + endpoint->to_string());
        }
        if (endpoint->port == 0) endpoint->port = ephemeral_port();
        local = *endpoint;
    }
    if (!listeners_.emplace(key, &queue).second) {
        return fail(Errc::exists, "address in use: " + local.to_string());
    }
    return local;
}

void Host::unbind(const net::SocketAddress& address, const ListenQueue& queue) {
    const auto found = listeners_.find(address);
    if (found != listeners_.end() && found->second == &queue) listeners_.erase(found);
    const auto sockets = sockets_;
    for (const auto& [id, socket] : sockets) socket->drop_if_waiting_for(queue);
}

ListenQueue* Host::listener_at(const net::SocketAddress& address) const {
    auto found = listeners_.find(address);
    if (found == listeners_.end() && std::holds_alternative<Endpoint>(address)) {
        Endpoint any = std::get<Endpoint>(address);
        const bool v4 = any.address.is_v4();
        any.address = IpAddress::v6({});
        found = listeners_.find(any);
        if (found == listeners_.end() && v4) {
            any.address = IpAddress();
            found = listeners_.find(any);
        }
    }
    return found == listeners_.end() ? nullptr : found->second;
}

std::uint16_t Host::ephemeral_port() {
    const std::uint16_t port = next_port_;
    next_port_ =
        port == kLastEphemeralPort ? kFirstEphemeralPort : static_cast<std::uint16_t>(port + 1);
    return port;
}

void Host::arrive_syn(const std::shared_ptr<Socket>& client) {
    const auto earlier = client->peer();
    if (earlier && !earlier->gone() && earlier->remote() == wire_.seen_from_outside(*client)) {
        return earlier->repeat_answer();
    }
    if (client->gone()) return;
    const net::SocketAddress address = client->unix_path().empty()
                                           ? net::SocketAddress(client->remote())
                                           : net::SocketAddress(net::UnixPath{client->unix_path()});
    ListenQueue* const queue = listener_at(address);
    if (queue == nullptr) return wire_.refuse(client, *this);
    if (queue->full()) return;
    Socket::answer(*this, client->remote(), client, *queue);
}

void Host::reset_all_between(const Host& other) {
    const auto sockets = sockets_;
    for (const auto& [id, socket] : sockets) {
        if (socket->remote_host == &other) socket->arrive_reset();
    }
}

}  // namespace homeport::sim
