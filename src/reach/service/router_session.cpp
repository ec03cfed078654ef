#include "reach/service/router_session.hpp"

#include "reach/portmap/nat_pmp_machine.hpp"
#include "reach/portmap/pcp_machine.hpp"
#include "reach/portmap/upnp_machine.hpp"
#include "reach/service/event_door.hpp"
#include "reach/service/http_caller.hpp"
#include "reach/service/limits.hpp"
#include "reach/wire/ssdp.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <variant>

namespace homeport::reach {
namespace {

/// All hosts of a network (RFC 6887 section 14.1.1); PCP over IPv6 uses the same group of IPv6.
constexpr std::string_view kAllHosts = "224.0.0.1";
constexpr std::string_view kAllNodes = "ff02::1";
constexpr unsigned kSsdpHops = 2;

std::size_t index_of(Family family) {
    return family == Family::v4 ? 0 : 1;
}

HttpSources sources_of(const Neighbourhood& place) {
    HttpSources sources;
    if (place.v4) sources.v4 = place.v4->own;
    if (place.v6) sources.v6 = place.v6->own;
    return sources;
}

UpnpOptions upnp_options(const RouterSession::Options& options, std::string callback) {
    UpnpOptions upnp;
    const Neighbourhood& place = options.place;
    if (place.v4) {
        upnp.own_v4 = place.v4->own;
        upnp.v4_prefix_bits = static_cast<std::uint8_t>(place.v4->prefix_bits);
        upnp.gateways.push_back(place.v4->gateway);
    }
    if (place.v6) {
        upnp.own_v6 = place.v6->own;
        upnp.v6_prefix_bits = static_cast<std::uint8_t>(place.v6->prefix_bits);
        upnp.gateways.push_back(place.v6->gateway);
    }
    upnp.callback = std::move(callback);
    upnp.memory = options.memory.upnp;
    upnp.is_public = [space = options.space](const IpAddress& address) {
        return space.contains(address);
    };
    return upnp;
}

}  // namespace

class RouterSession::Impl {
public:
    Impl(const ReachWorld& world, Options options, Listener& listener)
        : world_(world),
          options_(std::move(options)),
          listener_(listener),
          http_(world.loop, world.network, sources_of(options_.place)),
          door_(world.loop, world.network, world.entropy,
                [this](const RouterEvent& event) { return take_event(event); }),
          timer_(world.loop.timers(), net::call<&Impl::on_time>(this)) {}

    void start() {
        open_gateway_machines();
        if (!options_.second) open_upnp();
        open_mappers();
        if (!options_.second) hear_announcements();
        for (Channel& channel : channels_) channel.machine->start(now());
        settle();
    }

    void set_units(Family family, std::vector<PortUnit> units) {
        if (Mapper* const mapper = mapper_of(family)) mapper->set_units(std::move(units), now());
        settle();
    }
    void check_soon() {
        for (Channel& channel : channels_) channel.machine->check_soon(now());
        settle();
    }
    void on_not_forwarding(Family family, const std::string& unit) {
        if (Mapper* const mapper = mapper_of(family)) mapper->on_not_forwarding(unit, now());
        settle();
    }
    void stop(std::move_only_function<void()> done) {
        stopped_ = std::move(done);
        stop_by_ = now() + kRouterStopTime;
        for (auto& mapper : mappers_) {
            if (mapper) mapper->set_units({}, now());
        }
        settle();
    }

    RouterMemory memory() const {
        RouterMemory memory;
        for (const Channel& channel : channels_) {
            if (channel.memory != nullptr) memory.*channel.memory = channel.machine->memory(now());
        }
        return memory;
    }
    std::vector<UnitReport> reports(Family family) const {
        const auto& mapper = mappers_[index_of(family)];
        return mapper ? mapper->reports() : std::vector<UnitReport>();
    }

private:
    /// A machine with its socket.
    struct Channel final : MachineOutput {
        explicit Channel(Impl& owner) : session(owner) {}
        void send(const Endpoint& to, Bytes datagram) override {
            session.send(*this, to, datagram);
        }
        void call(HttpCall call) override { session.call(*this, std::move(call)); }
        void report(const MappingReport& report) override {
            session.reports_.emplace_back(this, report);
        }
        void report(const RouterReport& report) override {
            session.reports_.emplace_back(this, report);
        }

        Impl& session;
        MapProtocol protocol = MapProtocol::pcp;
        std::optional<Family> family;  ///< nothing: both
        std::string RouterMemory::* memory = nullptr;
        std::unique_ptr<PortMapMachine> machine;
        std::unique_ptr<net::DatagramPort> port;     ///< of IPv4, where the machine has two
        std::unique_ptr<net::DatagramPort> port_v6;  ///< of a machine for both families
    };
    using Report = std::variant<MappingReport, RouterReport>;

    TimePoint now() const { return world_.loop.now(); }
    Mapper* mapper_of(Family family) { return mappers_[index_of(family)].get(); }

    // Opening.

    std::unique_ptr<net::DatagramPort> open_port(Channel& channel, const IpAddress& own,
                                                 unsigned multicast_hops) {
        net::DatagramPortOptions options{.interface = options_.place.index,
                                         .multicast_hops = multicast_hops};
        options.on_fault = [this, &channel](const Endpoint& to, const net::DatagramFault& fault) {
            if (fault.kind == net::DatagramFault::Kind::hop_limit) return;
            channel.machine->on_unreachable(to, now());
            settle();
        };
        return opened({own, 0}, options, [this, &channel](const Endpoint& from, Bytes datagram) {
            channel.machine->on_datagram(from, datagram, false, now());
            settle();
        });
    }

    std::unique_ptr<net::DatagramPort> opened(const Endpoint& local,
                                              const net::DatagramPortOptions& options,
                                              net::DatagramSink sink) {
        auto port = world_.network.open_datagrams(local, options, std::move(sink));
        if (port) return std::move(*port);
        world_.log.warn("router.port_failed",
                        {{"address", local.to_string()}, {"why", port.error().what}});
        return nullptr;
    }

    template <class Machine>
    void open_gateway_machine(Family family, const Neighbourhood::Side& side,
                              std::string RouterMemory::* memory, MapProtocol protocol) {
        Channel& channel = channels_.emplace_back(*this);
        channel.protocol = protocol;
        channel.family = family;
        channel.memory = memory;
        const GatewayOptions options{.gateway = {side.gateway, kGatewayPort},
                                     .own = side.own,
                                     .memory = options_.memory.*memory};
        channel.machine = std::make_unique<Machine>(options, channel);
        channel.port = open_port(channel, side.own, 1);
    }

    void open_gateway_machines() {
        const Neighbourhood& place = options_.place;
        if (place.v4 && !options_.second) {
            open_gateway_machine<PcpMachine>(Family::v4, *place.v4, &RouterMemory::pcp_v4,
                                             MapProtocol::pcp);
        }
        if (place.v4) {
            open_gateway_machine<NatPmpMachine>(Family::v4, *place.v4, &RouterMemory::nat_pmp,
                                                MapProtocol::nat_pmp);
        }
        if (place.v6) {
            open_gateway_machine<PcpMachine>(Family::v6, *place.v6, &RouterMemory::pcp_v6,
                                             MapProtocol::pcp);
        }
    }

    void open_upnp() {
        const Neighbourhood& place = options_.place;
        std::string callback;
        if (place.v4 && door_.open(place.v4->own) && door_.admit(place.v4->gateway)) {
            callback = door_.url();
        }
        Channel& channel = channels_.emplace_back(*this);
        channel.protocol = MapProtocol::upnp;
        channel.memory = &RouterMemory::upnp;
        auto machine = std::make_unique<UpnpMachine>(upnp_options(options_, callback), channel);
        upnp_ = machine.get();
        channel.machine = std::move(machine);
        if (place.v4) channel.port = open_port(channel, place.v4->own, kSsdpHops);
        if (place.v6) channel.port_v6 = open_port(channel, place.v6->own, kSsdpHops);
    }

    void open_mappers() {
        for (const Family family : {Family::v4, Family::v6}) {
            if (!(family == Family::v4 ? options_.place.v4 : options_.place.v6)) continue;
            std::vector<MapperRoute> routes;
            for (Channel& channel : channels_) {
                if (channel.family && *channel.family != family) continue;
                routes.push_back({channel.protocol, channel.machine.get()});
            }
            mappers_[index_of(family)] = std::make_unique<Mapper>(
                std::move(routes),
                [this](const UnitPort& port) {
                    return Mapper::Identity{.id = {++last_id_}, .nonce = options_.nonce(port)};
                },
                [this, family](const UnitReport& report) { listener_.on_unit(family, report); });
        }
    }

    /// News that nobody asked for: a router that restarted, or has another address.
    void hear_announcements() {
        const Neighbourhood& place = options_.place;
        if (place.v4) {
            hear(*IpAddress::parse(kAllHosts), kAnnouncementPort, Family::v4);
            hear(ssdp_group_v4().address, kSsdpPort, std::nullopt);
        }
        if (place.v6) hear(*IpAddress::parse(kAllNodes), kAnnouncementPort, Family::v6);
    }

    void hear(const IpAddress& group, std::uint16_t port, std::optional<Family> family) {
        const net::DatagramPortOptions options{
            .interface = options_.place.index, .groups = {group}, .reuse_address = true};
        auto ears =
            opened({group, port}, options, [this, family](const Endpoint& from, Bytes datagram) {
                announce(family, from, datagram);
            });
        if (ears) ears_.push_back(std::move(ears));
    }

    void announce(std::optional<Family> family, const Endpoint& from, Bytes datagram) {
        for (Channel& channel : channels_) {
            if (channel.family == family) {
                channel.machine->on_datagram(from, datagram, true, now());
            }
        }
        settle();
    }

    // What machines want.

    void send(Channel& channel, const Endpoint& to, Bytes datagram) {
        const bool other = channel.port_v6 && !to.address.is_v4();
        net::DatagramPort* const port = other ? channel.port_v6.get() : channel.port.get();
        if (port == nullptr) return;
        // A line that is down: the machine's own patience finds out.
        if (const auto sent = port->send(to, datagram); !sent) {
            world_.log.debug("router.send_failed",
                             {{"to", to.to_string()}, {"why", sent.error().what}});
        }
    }

    void call(Channel& channel, HttpCall call) {
        http_.call(std::move(call),
                   [this, &channel](HttpCallId id, const Result<HttpReply>& reply) {
                       channel.machine->on_reply(id, reply, now());
                       settle();
                   });
    }

    bool take_event(const RouterEvent& event) {
        const bool ours = upnp_->on_event(event.sid, event.number, event.body, now());
        settle();
        return ours;
    }

    void on_time() {
        for (Channel& channel : channels_) {
            if (channel.machine->deadline() <= now()) channel.machine->on_time(now());
        }
        for (auto& mapper : mappers_) {
            if (mapper && mapper->deadline() <= now()) mapper->on_time(now());
        }
        settle();
    }

    /// Hands reports to the mappers, whose answers may cause more; then waits.
    void settle() {
        if (std::exchange(settling_, true)) return;
        while (!reports_.empty()) {
            const auto [channel, report] = std::move(reports_.front());
            reports_.pop_front();
            deliver(*channel, report);
        }
        settling_ = false;
        end_if_done();
        rearm();
    }

    void deliver(const Channel& channel, const Report& report) {
        for (const Family family : {Family::v4, Family::v6}) {
            if (channel.family && *channel.family != family) continue;
            Mapper* const mapper = mapper_of(family);
            if (mapper == nullptr) continue;
            std::visit([&](const auto& one) { mapper->on_report(one, now()); }, report);
            if (const auto* const router = std::get_if<RouterReport>(&report)) {
                listener_.on_router(family, *router);
            }
        }
    }

    void end_if_done() {
        if (!stopped_) return;
        const bool idle = std::ranges::all_of(
            mappers_, [](const auto& mapper) { return !mapper || mapper->idle(); });
        if (idle && !std::exchange(upnp_stopping_, true) && upnp_ != nullptr) upnp_->stop(now());
        const bool silent = upnp_ == nullptr || upnp_->stopped();
        if (now() < stop_by_ && !(idle && silent)) return;
        world_.loop.post(std::exchange(stopped_, nullptr));
    }

    void rearm() {
        TimePoint soonest = stopped_ ? stop_by_ : kNever;
        for (const Channel& channel : channels_) {
            soonest = std::min(soonest, channel.machine->deadline());
        }
        for (const auto& mapper : mappers_) {
            if (mapper) soonest = std::min(soonest, mapper->deadline());
        }
        if (soonest == kNever) return timer_.cancel();
        timer_.arm(soonest);
    }

    ReachWorld world_;
    Options options_;
    Listener& listener_;
    HttpCaller http_;
    EventDoor door_;
    std::deque<Channel> channels_;  ///< addresses stay
    UpnpMachine* upnp_ = nullptr;   ///< one of them; null: none
    std::array<std::unique_ptr<Mapper>, 2> mappers_;
    std::vector<std::unique_ptr<net::DatagramPort>> ears_;
    std::deque<std::pair<Channel*, Report>> reports_;
    bool settling_ = false;
    std::uint64_t last_id_ = 0;
    std::move_only_function<void()> stopped_;
    TimePoint stop_by_ = kNever;
    bool upnp_stopping_ = false;
    net::Timer timer_;
};

RouterSession::RouterSession(const ReachWorld& world, Options options, Listener& listener)
    : impl_(std::make_unique<Impl>(world, std::move(options), listener)) {}
RouterSession::~RouterSession() = default;

void RouterSession::start() {
    impl_->start();
}
void RouterSession::set_units(Family family, std::vector<PortUnit> units) {
    impl_->set_units(family, std::move(units));
}
void RouterSession::check_soon() {
    impl_->check_soon();
}
void RouterSession::on_not_forwarding(Family family, const std::string& unit) {
    impl_->on_not_forwarding(family, unit);
}
void RouterSession::stop(std::move_only_function<void()> done) {
    impl_->stop(std::move(done));
}
RouterMemory RouterSession::memory() const {
    return impl_->memory();
}
std::vector<UnitReport> RouterSession::reports(Family family) const {
    return impl_->reports(family);
}

}  // namespace homeport::reach
