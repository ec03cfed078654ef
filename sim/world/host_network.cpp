#include "sim/world/host_network.hpp"

#include "sim/world/sim_stream.hpp"
#include "sim/world/wire.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace homeport::sim {

namespace {

class ListenOperation final : public net::Listener, private ListenQueue, private Ready {
public:
    ListenOperation(Host& host, int backlog, net::AcceptHandler on_accept)
        : Ready(host.loop()),
          host_(host),
          backlog_(static_cast<std::size_t>(backlog)),
          on_accept_(std::make_shared<net::AcceptHandler>(std::move(on_accept))) {}

    ~ListenOperation() override {
        host_.unbind(address_, *this);
        for (const auto& socket : waiting_) socket->reset();
    }

    Result<> bind(const net::SocketAddress& address) {
        auto bound = host_.bind(address, *this);
        if (!bound) return std::unexpected(bound.error());
        local_ = *bound;
        address_ = std::holds_alternative<Endpoint>(address) ? net::SocketAddress(local_) : address;
        return {};
    }

    Endpoint local() const override { return local_; }

    void pause(bool paused) override {
        paused_ = paused;
        if (!paused_ && !waiting_.empty()) make_ready();
    }

private:
    bool full() const override { return waiting_.size() >= backlog_; }

    void established(std::shared_ptr<Socket> socket) override {
        waiting_.push_back(std::move(socket));
        if (!paused_) make_ready();
    }

    void run() override {
        std::erase_if(waiting_,
                      [](const auto& socket) { return socket->gone() && socket->readable() == 0; });
        if (paused_ || waiting_.empty()) return;
        auto socket = std::move(waiting_.front());
        waiting_.erase(waiting_.begin());
        if (!waiting_.empty()) make_ready();
        // The handler may destroy this listener.
        const auto handler = on_accept_;
        (*handler)(std::make_unique<SimStream>(std::move(socket)));
    }

    Host& host_;
    const std::size_t backlog_;
    std::shared_ptr<net::AcceptHandler> on_accept_;
    net::SocketAddress address_;
    Endpoint local_;
    bool paused_ = false;
    std::vector<std::shared_ptr<Socket>> waiting_;
};

class DialOperation final : public net::Handle, private SocketUser, private Ready {
public:
    DialOperation(Host& host, net::DialHandler on_done)
        : Ready(host.loop()),
          host_(host),
          on_done_(std::move(on_done)),
          timeout_(host.loop().timers(), net::call<&DialOperation::on_timeout>(this)) {}

    ~DialOperation() override {
        if (socket_) socket_->vanish();
    }

    void start(const net::SocketAddress& to, Duration timeout) {
        if (host_.dying()) return;
        if (const auto* unix_path = std::get_if<net::UnixPath>(&to)) {
            connect(std::make_shared<Socket>(host_, Endpoint{}, Endpoint{}, unix_path->path),
                    timeout);
            return;
        }
        const auto& remote = std::get<Endpoint>(to);
        const auto address = local_address(remote.address);
        if (!address) {
            make_ready();
            return;
        }
        const Endpoint local{*address, host_.ephemeral_port()};
        connect(std::make_shared<Socket>(host_, local, remote, std::string{}), timeout);
    }

private:
    std::optional<IpAddress> local_address(const IpAddress& to) const {
        if (to.is_loopback() || host_.owns(to)) return to;
        if (!host_.link_up()) return std::nullopt;
        for (const IpAddress& address : host_.options().addresses) {
            if (address.is_v4() == to.is_v4()) return address;
        }
        return std::nullopt;
    }

    void connect(std::shared_ptr<Socket> socket, Duration timeout) {
        socket_ = std::move(socket);
        socket_->set_user(this);
        timeout_.arm(loop().now() + timeout);
        socket_->connect();
    }

    void socket_connected() override { make_ready(); }
    void socket_readable() override {}
    void socket_writable() override {}

    void run() override {
        timeout_.cancel();
        const auto socket = std::exchange(socket_, nullptr);
        auto done = std::move(on_done_);
        if (!socket) {
            done(fail(Errc::unreachable, "network is unreachable"));
        } else if (socket->gone() && socket->readable() == 0 && !socket->at_end()) {
            done(fail(socket->failure(), "dial: " + std::string(to_string(socket->failure()))));
        } else {
            done(std::make_unique<SimStream>(socket));
        }
    }

    void on_timeout() {
        const auto socket = std::exchange(socket_, nullptr);
        if (socket) socket->vanish();
        auto done = std::move(on_done_);
        done(fail(Errc::timed_out, "dial: timed_out"));
    }

    Host& host_;
    net::DialHandler on_done_;
    net::Timer timeout_;
    std::shared_ptr<Socket> socket_;
};

class ResolveOperation final : public net::Handle {
public:
    ResolveOperation(Host& host, std::string name, net::ResolveHandler on_done)
        : host_(host),
          name_(std::move(name)),
          on_done_(std::move(on_done)),
          timer_(host.loop().timers(), net::call<&ResolveOperation::on_timer>(this)) {
        if (const auto numeric = IpAddress::parse(name_)) answer_ = std::vector{*numeric};
        timer_.arm(host_.loop().now() + (answer_ ? 0ns : kResolveDelay));
    }

private:
    void on_timer() {
        if (host_.dying()) return;
        if (answer_) return finish(std::move(*answer_));
        Wire& wire = host_.wire();
        if (late_) return finish(fail(Errc::timed_out, "name servers do not answer for " + name_));
        if (wire.lookups_fail() || !wire.host_is_online(host_)) {
            late_ = true;
            timer_.arm(host_.loop().now() + kResolveTimeout);
            return;
        }
        const auto* addresses = wire.lookup(name_);
        if (addresses == nullptr) return finish(fail(Errc::not_found, "no such name: " + name_));
        finish(*addresses);
    }

    void finish(Result<std::vector<IpAddress>> result) {
        auto done = std::move(on_done_);
        done(std::move(result));
    }

    Host& host_;
    std::string name_;
    net::ResolveHandler on_done_;
    net::Timer timer_;
    std::optional<std::vector<IpAddress>> answer_;
    bool late_ = false;
};

}  // namespace

class WatchOperation final : public net::Handle, private Ready {
public:
    WatchOperation(Host& host, HostNetwork& network, std::function<void()> on_change)
        : Ready(host.loop()),
          network_(network),
          on_change_(std::make_shared<std::function<void()>>(std::move(on_change))) {
        network_.watchers_.push_back(this);
    }
    ~WatchOperation() override { std::erase(network_.watchers_, this); }

    void changed() { make_ready(); }

private:
    void run() override {
        // The handler may destroy this watch.
        const auto handler = on_change_;
        (*handler)();
    }

    HostNetwork& network_;
    std::shared_ptr<std::function<void()>> on_change_;
};

Result<std::unique_ptr<net::Listener>> HostNetwork::listen(const net::SocketAddress& address,
                                                           const net::ListenOptions& options,
                                                           net::AcceptHandler on_accept) {
    auto listener = std::make_unique<ListenOperation>(host_, options.backlog, std::move(on_accept));
    if (auto bound = listener->bind(address); !bound) return std::unexpected(bound.error());
    return listener;
}

std::unique_ptr<net::Handle> HostNetwork::dial(const net::SocketAddress& to,
                                               const net::DialOptions& options,
                                               net::DialHandler on_done) {
    auto operation = std::make_unique<DialOperation>(host_, std::move(on_done));
    operation->start(to, options.timeout);
    return operation;
}

std::unique_ptr<net::Handle> HostNetwork::resolve(std::string host, net::ResolveHandler on_done) {
    return std::make_unique<ResolveOperation>(host_, std::move(host), std::move(on_done));
}

std::unique_ptr<net::Handle> HostNetwork::watch_changes(std::function<void()> on_change) {
    return std::make_unique<WatchOperation>(host_, *this, std::move(on_change));
}

void HostNetwork::changed() {
    for (WatchOperation* watcher : watchers_) watcher->changed();
}

}  // namespace homeport::sim
