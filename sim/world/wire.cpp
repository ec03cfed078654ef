#include "sim/world/wire.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <utility>

namespace homeport::sim {

namespace {

/// Headers of one segment.
constexpr std::uint64_t kHeaderBytes = 60;
constexpr Duration kLoopbackDelay = 20us;

IpAddress parse_or_die(std::string_view text) {
    const auto address = IpAddress::parse(text);
    HOMEPORT_ASSERT(address.has_value());
    return *address;
}

}  // namespace

Wire::~Wire() {
    alive_ = false;
}

Host& Wire::add_host(std::string name, HostOptions options) {
    const auto id = static_cast<std::uint32_t>(hosts_.size());
    hosts_.push_back(std::make_unique<Host>(*this, id, std::move(name), std::move(options)));
    return *hosts_.back();
}

Host& Wire::add_host(std::string name, std::string_view address) {
    HostOptions options;
    options.addresses = {parse_or_die(address)};
    return add_host(std::move(name), std::move(options));
}

Router& Wire::add_router(std::string name, std::string_view external) {
    routers_.push_back(
        std::make_unique<Router>(simulation_, std::move(name), parse_or_die(external)));
    return *routers_.back();
}

Path& Wire::path(const Host& from, const Host& to) {
    const auto [found, made] = paths_.try_emplace({from.id(), to.id()}, default_path_);
    if (made && &from == &to) found->second = Path{.delay = kLoopbackDelay};
    return found->second;
}

void Wire::cut(const Host& a, const Host& b, bool blocked) {
    path(a, b).blocked = blocked;
    path(b, a).blocked = blocked;
    simulation_.trace(blocked ? "wire.cut" : "wire.heal", a.id(), b.id());
}

void Wire::reset_connections(Host& a, Host& b) {
    simulation_.trace("wire.reset", a.id(), b.id());
    a.reset_all_between(b);
    b.reset_all_between(a);
}

void Wire::set_name(const std::string& name, std::vector<IpAddress> addresses) {
    names_[name] = std::move(addresses);
}

const std::vector<IpAddress>* Wire::lookup(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

Host* Wire::owner_of(const IpAddress& address, Host& asking) const {
    if (address.is_loopback() || asking.owns(address)) return &asking;
    for (const auto& host : hosts_) {
        // Private addresses are known behind the same router only.
        if (host->owns(address) && (!host->router() || host->router() == asking.router())) {
            return host.get();
        }
    }
    return nullptr;
}

bool Wire::outside(const Socket& socket) const {
    const Router* router = socket.host().router();
    return router != nullptr && socket.remote_host != &socket.host() &&
           (socket.remote_host == nullptr || socket.remote_host->router() != router);
}

Endpoint Wire::seen_from_outside(const Socket& socket) const {
    if (!outside(socket)) return socket.local();
    return {socket.mapping.external, socket.local().port};
}

bool Wire::host_is_online(const Host& host) const {
    return host.powered() && host.link_up() && !host.options().addresses.empty() &&
           (host.router() == nullptr || host.router()->external().has_value());
}

Wire::Verdict Wire::leaves(Socket& from, const Segment& segment) {
    Host& host = from.host();
    if (!host.powered()) return Verdict::drop;
    if (from.remote_host == &host) return Verdict::pass;
    if (!host.link_up() || !host.owns(from.local().address)) return Verdict::drop;
    if (outside(from)) {
        const Router& router = *host.router();
        if (!router.external()) return Verdict::drop;
        Mapping& mapping = from.mapping;
        if (segment.kind == Segment::Kind::syn) {
            mapping = {*router.external(), router.epoch(), simulation_.now()};
        }
        const bool idle = simulation_.now() - mapping.last_used > router.idle_timeout;
        if (idle || mapping.external != *router.external() || mapping.epoch != router.epoch()) {
            return router.strangers == Router::Strangers::reset ? Verdict::reset : Verdict::drop;
        }
        mapping.last_used = simulation_.now();
    }
    return path(host, *from.remote_host).blocked ? Verdict::drop : Verdict::pass;
}

Wire::Verdict Wire::enters(const Socket& from, Host& to) {
    if (!to.powered()) return Verdict::drop;
    if (&to == &from.host()) return Verdict::pass;
    if (!to.link_up() || path(from.host(), to).blocked) return Verdict::drop;
    const Router* router = to.router();
    if (router == nullptr || router == from.host().router()) {
        return to.owns(from.remote().address) ? Verdict::pass : Verdict::drop;
    }
    if (router->external() != from.remote().address) {
        const bool answers = router->old_address == Router::OldAddress::reset;
        return answers ? Verdict::reset : Verdict::drop;
    }
    const auto inside = from.peer();
    if (!inside || inside->mapping.epoch != router->epoch()) return Verdict::drop;
    if (simulation_.now() - inside->mapping.last_used > router->idle_timeout) return Verdict::drop;
    inside->mapping.last_used = simulation_.now();
    return Verdict::pass;
}

Duration Wire::travel(Path& path, const Segment& segment) {
    const TimePoint now = simulation_.now();
    Random& random = simulation_.random();
    Duration sending{};
    if (path.bytes_per_second > 0) {
        const std::uint64_t bytes = segment.length + kHeaderBytes;
        sending =
            Duration(static_cast<std::int64_t>(bytes * 1'000'000'000 / path.bytes_per_second));
    }
    path.free_at = std::max(path.free_at, now) + sending;
    Duration total = path.free_at - now + path.delay;
    if (path.jitter > 0ns) total += random.between(0ns, path.jitter);
    for (Duration again = kRetransmitMin; random.chance(path.loss) && again < kRetransmitMax;
         again *= 2) {
        total += again;
    }
    return total;
}

TimePoint Wire::send(const std::shared_ptr<Socket>& from, const Segment& segment) {
    const TimePoint now = simulation_.now();
    if (!alive_) return now;
    Host& host = from->host();
    if (segment.kind == Segment::Kind::syn) {
        from->remote_host =
            from->unix_path().empty() ? owner_of(from->remote().address, host) : &host;
    }
    if (from->remote_host == nullptr) return now;
    Host& to = *from->remote_host;
    const Duration back = path(to, host).delay + path(to, host).jitter;
    const Verdict verdict = leaves(*from, segment);
    Path& there = path(host, to);
    if (verdict == Verdict::reset) answer_reset(from, to, there.delay + back);
    if (verdict != Verdict::pass) return now + there.delay + back;

    // One connection's segments arrive in the order in which they left.
    const TimePoint arrival = std::max(now + travel(there, segment), from->last_arrival);
    from->last_arrival = arrival;
    simulation_.at(arrival, [this, from, &to, segment] { arrive(from, to, segment); });
    const Duration queue = std::max(Duration{}, path(to, host).free_at - now);
    return arrival + back + queue;
}

void Wire::arrive(const std::shared_ptr<Socket>& from, Host& to, const Segment& segment) {
    const Verdict verdict = enters(*from, to);
    const Duration back = path(to, from->host()).delay;
    if (verdict == Verdict::reset) answer_reset(from, to, back);
    if (verdict != Verdict::pass) return;
    if (segment.kind == Segment::Kind::syn) return to.arrive_syn(from);
    const auto peer = from->peer();
    const bool known = peer && !peer->gone() && peer->peer() == from;
    if (known) return peer->arrive(segment, *from);
    if (segment.kind != Segment::Kind::rst) answer_reset(from, to, back);
}

void Wire::answer_reset(const std::shared_ptr<Socket>& to, Host& from, Duration delay) {
    simulation_.after(delay, [this, to, &from] {
        Host& host = to->host();
        const bool local = &host == &from;
        if (!host.powered() || (!local && (!host.link_up() || path(from, host).blocked))) return;
        to->arrive_reset();
    });
}

}  // namespace homeport::sim
