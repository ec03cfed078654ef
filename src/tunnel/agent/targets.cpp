#include "tunnel/agent/targets.hpp"

#include "tunnel/agent/proxy_header.hpp"
#include "tunnel/limits.hpp"

namespace homeport::tunnel {

class Targets::Connection final : net::StreamHandler {
public:
    Connection(Targets& owner, std::unique_ptr<TunnelStream> stream, Route route,
               const OpenInfo& info)
        : owner_(owner),
          stream_(std::move(stream)),
          route_(std::move(route)),
          visitor_(info.visitor),
          local_(info.local) {
        stream_->set_handler(this);
    }

    std::uint32_t service() const { return route_.service; }

    void start() {
        if (!route_.unix_path.empty()) return dial(net::UnixPath{route_.unix_path});
        pending_ = owner_.world_.network.resolve(
            route_.target.host, [this](Result<std::vector<IpAddress>> addresses) {
                if (!addresses) return refuse(addresses.error());
                dial(Endpoint{addresses->front(), route_.target.port});
            });
    }

    void cut() {
        if (stream_ != nullptr) return stream_->refuse(Errc::closed);
        if (pump_ == nullptr) return;
        pump_->inner().reset();
        pump_->outer().reset();
    }

private:
    void dial(const net::SocketAddress& to) {
        pending_ = owner_.world_.network.dial(to, {.timeout = kTargetDialTimeout},
                                              [this](Result<std::unique_ptr<net::Stream>> target) {
                                                  if (!target) return refuse(target.error());
                                                  connected(std::move(*target));
                                              });
    }

    void connected(std::unique_ptr<net::Stream> target) {
        stream_->set_handler(nullptr);
        stream_->establish();
        pump_ = std::make_unique<net::Pump>(owner_.world_.loop, std::move(target), take_stream(),
                                            net::call<&Connection::done>(this));
        const auto header = make_proxy_header(route_.proxy_protocol, visitor_, local_);
        SliceQueue lead;
        lead.append_copy(owner_.world_.pool, header);
        pump_->lead_out(std::move(lead));
        if (AgentServiceStatus* status = owner_.services_.status(route_.service)) {
            pump_->count_into({.in = &status->bytes_out, .out = &status->bytes_in});
        }
        pump_->start();
    }

    std::unique_ptr<net::BufferedStream> take_stream() {
        if (!route_.trust_inner) return std::move(stream_);
        return std::make_unique<BypassStream>(owner_.world_.network, std::move(stream_),
                                              owner_.bypasses_);
    }

    void refuse(const Error& error) {
        owner_.world_.log.info("target.refused", {{"service", std::to_string(route_.service)},
                                                  {"target", route_.target.to_string()},
                                                  {"why", error.what}});
        stream_->refuse(error.code);
        done();
    }

    void done() { owner_.finish(*this); }

    void on_readable() override {
        // Only the end of a stream that is not connected yet matters here.
        if (stream_ != nullptr && stream_->failed()) done();
    }
    void on_writable() override { on_readable(); }

    Targets& owner_;
    std::unique_ptr<TunnelStream> stream_;  ///< until connected
    Route route_;
    Endpoint visitor_;
    Endpoint local_;
    std::unique_ptr<net::Handle> pending_;
    std::unique_ptr<net::Pump> pump_;
};

Targets::Targets(const AgentWorld& world, Services& services, BypassDesk& bypasses)
    : world_(world),
      services_(services),
      bypasses_(bypasses),
      clear_(net::call<&Targets::clear_finished>(this)) {}

Targets::~Targets() = default;

void Targets::clear_finished() {
    finished_.clear();
}

void Targets::open(std::unique_ptr<TunnelStream> stream, const OpenInfo& info) {
    auto route = services_.route(info);
    AgentServiceStatus* status = services_.status(info.service);
    if (status != nullptr) ++status->visitors_total;
    if (!route) {
        if (status != nullptr) ++status->refused_total;
        world_.log.warn("stream.refused", {{"service", std::to_string(info.service)},
                                           {"port", info.port},
                                           {"why", route.error().what}});
        stream->refuse(Errc::denied);
        return;
    }
    if (status != nullptr) ++status->streams;
    auto connection =
        std::make_unique<Connection>(*this, std::move(stream), std::move(*route), info);
    Connection& started = *connection;
    connections_.emplace(&started, std::move(connection));
    started.start();
}

void Targets::cut_services(const std::vector<std::uint32_t>& services) {
    std::vector<Connection*> cut;
    for (const auto& [key, connection] : connections_) {
        for (const std::uint32_t service : services) {
            if (connection->service() == service) cut.push_back(connection.get());
        }
    }
    for (Connection* connection : cut) {
        connection->cut();
        finish(*connection);
    }
}

void Targets::finish(Connection& connection) {
    const auto found = connections_.find(&connection);
    if (found == connections_.end()) return;
    if (AgentServiceStatus* status = services_.status(connection.service())) --status->streams;
    finished_.push_back(std::move(found->second));
    connections_.erase(found);
    clear_.post(world_.loop);
}

}  // namespace homeport::tunnel
