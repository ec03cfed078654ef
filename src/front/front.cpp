#include "front/front.hpp"

#include "front/catalog.hpp"
#include "front/hall.hpp"
#include "front/proxy_visitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace homeport::front {

class Front::Impl {
public:
    Impl(const World& world, Options options)
        : hall_(world, std::move(options)),
          catalog_(hall_, [this](ServiceEntry& entry, std::uint16_t port,
                                 std::unique_ptr<net::Stream> stream) {
              accept({Door::Kind::tcp, &entry, port}, std::move(stream));
          }) {}

    ~Impl() {
        listeners_.clear();
        catalog_.close_listeners();
        hall_.visitors.clear();  // they refer to the catalog's entries
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<> start(LinkHandler links) {
        hall_.links = std::move(links);
        Result<> result = listen_all(hall_.options.front.http, Door::Kind::http, "front.http");
        if (result) result = listen_all(hall_.options.front.tls, Door::Kind::tls, "front.tls");
        if (!result) listeners_.clear();
        return result;
    }

    void drain() {
        hall_.draining = true;
        listeners_.clear();
        catalog_.close_listeners();
        hall_.visitors.drain();
    }

    Catalog& catalog() { return catalog_; }
    const Catalog& catalog() const { return catalog_; }
    std::size_t visitors() const { return hall_.visitors.size(); }

private:
    Result<> listen_all(const std::vector<Endpoint>& addresses, Door::Kind kind,
                        std::string_view setting) {
        for (const Endpoint& address : addresses) {
            auto listener = hall_.world.network.listen(
                address, {}, [this, kind](std::unique_ptr<net::Stream> stream) {
                    accept({kind, nullptr, 0}, std::move(stream));
                });
            if (!listener) {
                return fail(listener.error().code,
                            fmt::format("{} = {} cannot be opened: {}", setting,
                                        address.to_string(), listener.error().what));
            }
            listeners_.push_back(std::move(*listener));
        }
        return {};
    }

    bool is_balancer(const IpAddress& address) const {
        const auto& trusted = hall_.options.front.trusted_proxies;
        return std::any_of(trusted.begin(), trusted.end(),
                           [&](const Cidr& cidr) { return cidr.contains(address); });
    }

    void accept(const Door& door, std::unique_ptr<net::Stream> stream) {
        const Visitor visitor{stream->peer(), stream->local()};
        const bool balancer = is_balancer(visitor.source.address);
        std::optional<IpAddress> source;
        if (!balancer) source = visitor.source.address;
        auto admission = hall_.doorman.admit(source);
        if (!admission) {
            if (door.entry != nullptr) ++door.entry->refused_total;
            hall_.world.log.debug("front.connection_refused",
                                  {{"source", visitor.source.to_string()}});
            stream->reset();
            return;
        }
        Arrival arrival{std::move(stream), visitor, std::move(*admission)};
        if (!balancer) return receive(hall_, door, std::move(arrival));
        hall_.visitors.enter(std::make_unique<ProxyVisitor>(hall_, door, std::move(arrival)));
    }

    Hall hall_;
    Catalog catalog_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
};

Front::Front(const World& world, Options options)
    : impl_(std::make_unique<Impl>(world, std::move(options))) {}

Front::~Front() = default;

Result<> Front::start(LinkHandler links) {
    return impl_->start(std::move(links));
}

std::vector<Result<>> Front::publish(const std::string& agent, std::vector<Service> services) {
    return impl_->catalog().publish(agent, std::move(services));
}

void Front::withdraw(const std::string& agent) {
    impl_->catalog().withdraw(agent);
}

void Front::park(const std::string& agent, const std::string& service, bool parked) {
    impl_->catalog().park(agent, service, parked);
}

std::vector<ServiceStatus> Front::status() const {
    return impl_->catalog().status();
}

void Front::drain() {
    impl_->drain();
}

std::size_t Front::visitors() const {
    return impl_->visitors();
}

}  // namespace homeport::front
