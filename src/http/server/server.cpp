#include "http/server/server.hpp"

#include "core/source_key.hpp"
#include "http/forwarded.hpp"
#include "http/server/connection.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace homeport::http {

struct Server::Impl final : Shared {
    struct Source {
        std::size_t connections = 0;
        IntrusiveList<Connection, &Connection::of_source> waiting;
    };

    Impl(net::Loop& on, net::Network& from, Handler& by, ServerOptions bounds)
        : Shared(on, by, std::move(bounds)), network(from) {}

    void serve(std::unique_ptr<net::Stream> stream, const Wrap& tls);
    bool make_place(const IpAddress& key, bool counted);
    bool replace_first(auto& waiting_ones);
    void remove(Connection& connection) override;
    void note_waiting(Connection& connection) override;

    net::Network& network;
    IntrusiveList<Connection, &Connection::by_wait> waiting;
    std::unordered_map<IpAddress, Source> sources;
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<std::unique_ptr<net::Listener>> listeners;
};

void Server::Impl::serve(std::unique_ptr<net::Stream> stream, const Wrap& tls) {
    const Endpoint peer = stream->peer();
    const IpAddress key = source_key(peer.address);
    const bool counted = !is_trusted(options.trusted_proxies, peer.address);
    if (!make_place(key, counted)) {
        ++counters.refused;
        stream->reset();
        return;
    }
    if (tls) stream = tls(std::move(stream));
    if (stream == nullptr) return;
    ++counters.accepted;
    auto made = std::make_unique<Connection>(*this, std::move(stream), peer, tls != nullptr);
    Connection& connection = *made;
    connection.index = connections.size();
    connection.counted = counted;
    connections.push_back(std::move(made));
    if (counted) ++sources[key].connections;
    connection.run();
}

bool Server::Impl::replace_first(auto& waiting_ones) {
    if (waiting_ones.empty()) return false;
    ++counters.made_room;
    remove(waiting_ones.front());
    return true;
}

/// False: no connection can make room for one of this source.
bool Server::Impl::make_place(const IpAddress& key, bool counted) {
    const auto source = counted ? sources.find(key) : sources.end();
    if (source != sources.end() && source->second.connections >= options.connections_per_source) {
        return replace_first(source->second.waiting);
    }
    if (connections.size() < options.connections) return true;
    return replace_first(waiting);
}

void Server::Impl::remove(Connection& connection) {
    const bool counted = connection.counted;
    const IpAddress key = source_key(connection.peer().address);
    const std::size_t index = connection.index;
    std::swap(connections[index], connections.back());
    connections[index]->index = index;
    connections.pop_back();
    if (!counted) return;
    const auto source = sources.find(key);
    if (--source->second.connections == 0) sources.erase(source);
}

void Server::Impl::note_waiting(Connection& connection) {
    if (connection.by_wait.linked()) return;
    waiting.push_back(connection);
    if (!connection.counted) return;
    sources.find(source_key(connection.peer().address))->second.waiting.push_back(connection);
}

Server::Server(net::Loop& loop, net::Network& network, Handler& handler, ServerOptions options)
    : impl_(std::make_unique<Impl>(loop, network, handler, std::move(options))) {}

Server::~Server() = default;

Result<> Server::start(const std::vector<Endpoint>& listen, const Wrap& tls) {
    std::vector<std::unique_ptr<net::Listener>> listeners;
    for (const Endpoint& at : listen) {
        auto opened = impl_->network.listen(
            at, {}, [impl = impl_.get(), tls](std::unique_ptr<net::Stream> stream) {
                impl->serve(std::move(stream), tls);
            });
        if (!opened) return std::unexpected(opened.error());
        listeners.push_back(std::move(*opened));
    }
    std::ranges::move(listeners, std::back_inserter(impl_->listeners));
    return {};
}

std::vector<Endpoint> Server::local() const {
    std::vector<Endpoint> all;
    for (const auto& listener : impl_->listeners) all.push_back(listener->local());
    return all;
}

void Server::serve(std::unique_ptr<net::Stream> stream, const Wrap& tls) {
    impl_->serve(std::move(stream), tls);
}

std::size_t Server::connections() const {
    return impl_->connections.size();
}

const ServerCounters& Server::counters() const {
    return impl_->counters;
}

}  // namespace homeport::http
