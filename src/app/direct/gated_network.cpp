#include "app/direct/gated_network.hpp"

#include "app/direct/limits.hpp"

#include <utility>
#include <variant>

namespace homeport::app {
namespace {

/// The first internal port to try: the same one for the same external port at every start.
std::uint16_t first_choice(std::uint16_t external) {
    constexpr std::uint32_t kSpread = 40503;  // odd: neighbours get ports far apart
    return static_cast<std::uint16_t>(external * kSpread % kInternalPorts);
}

}  // namespace

/// One port. The handler is shared with connections that are still looked at: they outlive the
/// listener, but do not reach it any more.
class GatedNetwork::Gate final : public net::Listener {
public:
    Gate(GatedNetwork& owner, const Endpoint& external, const net::ListenOptions& options,
         net::AcceptHandler on_accept)
        : owner_(owner),
          external_(external),
          options_(options),
          on_accept_(std::make_shared<const net::AcceptHandler>(std::move(on_accept))) {
        owner_.gates_[external_.port] = this;
    }
    ~Gate() override { owner_.gates_.erase(external_.port); }

    Endpoint local() const override { return {external_.address, opened_.internal}; }
    void pause(bool paused) override {
        paused_ = paused;
        if (listener_ != nullptr) listener_->pause(paused);
    }
    const Opened& opened() const { return opened_; }

    void open() {
        if (is_left()) {
            listener_.reset();
            opened_ = {0, {Errc::exists, "it is left to the service itself"}};
            return;
        }
        if (listener_ != nullptr) return;
        const unsigned tries = owner_.options_.translated ? kInternalPortTries : 1;
        for (unsigned i = 0; i < tries && listener_ == nullptr; ++i) {
            try_port(internal_port(i));
            if (opened_.error.code != Errc::exists) break;
        }
        if (listener_ != nullptr && paused_) listener_->pause(true);
    }

    void close() {
        listener_.reset();
        opened_ = {};
    }

private:
    bool is_left() const {
        return !owner_.options_.translated && owner_.left_.contains(external_.port);
    }

    std::uint16_t internal_port(unsigned attempt) const {
        if (!owner_.options_.translated) return external_.port;
        return static_cast<std::uint16_t>(
            kFirstInternalPort + (first_choice(external_.port) + attempt) % kInternalPorts);
    }

    void try_port(std::uint16_t internal) {
        auto listener = owner_.network_.listen(
            Endpoint{external_.address, internal}, options_,
            [this](std::unique_ptr<net::Stream> stream) { accept(std::move(stream)); });
        opened_ = listener ? Opened{internal, {Errc::closed, ""}} : Opened{0, listener.error()};
        if (listener) listener_ = std::move(*listener);
    }

    void accept(std::unique_ptr<net::Stream> stream) {
        const std::shared_ptr<const net::AcceptHandler> on_accept = on_accept_;
        const auto patience = owner_.patience(external_.port);
        if (!patience) return (*on_accept)(std::move(stream));
        owner_.knockers_.look(std::move(stream), external_.port, *patience,
                              [weak = std::weak_ptr(on_accept)](std::unique_ptr<net::Stream> s) {
                                  const auto handler = weak.lock();
                                  if (handler != nullptr) (*handler)(std::move(s));
                              });
    }

    GatedNetwork& owner_;
    Endpoint external_;
    net::ListenOptions options_;
    std::shared_ptr<const net::AcceptHandler> on_accept_;
    std::unique_ptr<net::Listener> listener_;
    Opened opened_;
    bool paused_ = false;
};

GatedNetwork::GatedNetwork(net::Loop& loop, net::Network& network, const Options& options)
    : loop_(loop), network_(network), options_(options), knockers_(loop, options.token) {}

GatedNetwork::~GatedNetwork() = default;

void GatedNetwork::want(bool http, bool tls) {
    want_http_ = http;
    want_tls_ = tls;
    for (const auto& [external, gate] : gates_) {
        if (is_wanted(external)) {
            gate->open();
        } else {
            gate->close();
        }
    }
}

const GatedNetwork::Opened* GatedNetwork::opened(std::uint16_t external) const {
    const auto gate = gates_.find(external);
    return gate == gates_.end() ? nullptr : &gate->second->opened();
}

void GatedNetwork::expect_probe(std::uint16_t external, TimePoint until) {
    std::erase_if(probes_, [now = loop_.now()](const auto& probe) { return probe.second <= now; });
    probes_[external] = until;
}

bool GatedNetwork::speaks_first(std::uint16_t external) const {
    return external == options_.http_port || external == options_.tls_port;
}

bool GatedNetwork::is_wanted(std::uint16_t external) const {
    if (!speaks_first(external)) return true;
    return (external == options_.http_port && want_http_) ||
           (external == options_.tls_port && want_tls_);
}

std::optional<Duration> GatedNetwork::patience(std::uint16_t external) const {
    if (speaks_first(external)) return kFirstBytesTime;
    const auto probe = probes_.find(external);
    if (probe == probes_.end() || probe->second <= loop_.now()) return std::nullopt;
    return kServerFirstTime;
}

Result<std::unique_ptr<net::Listener>> GatedNetwork::listen(const net::SocketAddress& address,
                                                            const net::ListenOptions& options,
                                                            net::AcceptHandler on_accept) {
    const auto* const endpoint = std::get_if<Endpoint>(&address);
    if (endpoint == nullptr) return fail(Errc::invalid, "a door has no Unix sockets");
    if (gates_.contains(endpoint->port)) {
        return fail(Errc::exists, "visitors of other services come to port " +
                                      std::to_string(endpoint->port) + "; choose another port");
    }
    auto gate = std::make_unique<Gate>(*this, *endpoint, options, std::move(on_accept));
    if (is_wanted(endpoint->port)) gate->open();
    return gate;
}

std::unique_ptr<net::Handle> GatedNetwork::dial(const net::SocketAddress& to,
                                                const net::DialOptions& options,
                                                net::DialHandler on_done) {
    return network_.dial(to, options, std::move(on_done));
}

std::unique_ptr<net::Handle> GatedNetwork::resolve(std::string host, net::ResolveHandler on_done) {
    return network_.resolve(std::move(host), std::move(on_done));
}

std::unique_ptr<net::Handle> GatedNetwork::watch_changes(std::function<void()> on_change) {
    return network_.watch_changes(std::move(on_change));
}

Result<std::unique_ptr<net::DatagramPort>> GatedNetwork::open_datagrams(
    const Endpoint& local, const net::DatagramPortOptions& options, net::DatagramSink on_datagram) {
    return network_.open_datagrams(local, options, std::move(on_datagram));
}

std::unique_ptr<net::Splice> GatedNetwork::splice() {
    return network_.splice();
}

bool GatedNetwork::watch_peer(net::Stream& stream, const net::PeerWatch& watch) {
    return network_.watch_peer(stream, watch);
}

std::optional<IpAddress> GatedNetwork::source_for(const Endpoint& to) {
    return network_.source_for(to);
}

Result<std::vector<net::InterfaceAddress>> GatedNetwork::addresses() {
    return network_.addresses();
}

Result<std::vector<net::Gateway>> GatedNetwork::gateways() {
    return network_.gateways();
}

}  // namespace homeport::app
