#include "tunnel/agent/dialer.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

constexpr Duration kFailureLogEvery = 10s;

}  // namespace

Dialer::Dialer(const AgentWorld& world, HostPort relay, PublicKey relay_key, LinkHandler on_link)
    : world_(world),
      relay_(std::move(relay)),
      relay_key_(relay_key),
      on_link_(std::move(on_link)),
      timer_(world.loop.timers(), net::call<&Dialer::tick>(this)),
      bury_(net::call<&Dialer::clear_graveyard>(this)) {}

Dialer::~Dialer() = default;

void Dialer::start() {
    plan_.on_trouble(world_.loop.now());
    rearm();
}

void Dialer::stop() {
    plan_.on_well();
    last_failure_.clear();
    while (!attempts_.empty()) drop(attempts_.back().id);
    timer_.cancel();
}

void Dialer::hope() {
    plan_.on_hope(world_.loop.now());
    rearm();
}

void Dialer::slow_down() {
    plan_.on_refused(world_.loop.now());
    rearm();
}

void Dialer::hold_until(TimePoint time) {
    hold_until_ = time;
    while (!attempts_.empty()) drop(attempts_.back().id);
    rearm();
}

void Dialer::tick() {
    const TimePoint now = world_.loop.now();
    std::vector<std::uint64_t> late;
    for (const Attempt& attempt : attempts_) {
        if (attempt.deadline <= now) late.push_back(attempt.id);
    }
    for (const std::uint64_t id : late) failed(id, "no answer from " + relay_.to_string());
    if (plan_.due(now) && now >= hold_until_) attempt();
    rearm();
}

void Dialer::rearm() {
    if (!plan_.dialling()) return timer_.cancel();
    TimePoint next = std::max(plan_.next_deadline(), hold_until_);
    for (const Attempt& attempt : attempts_) next = std::min(next, attempt.deadline);
    timer_.arm(next);
}

void Dialer::attempt() {
    const TimePoint now = world_.loop.now();
    if (attempts_.size() >= DialPlan::kMostAttempts) drop(attempts_.front().id);
    const std::uint64_t id = next_attempt_++;
    attempts_.push_back({.id = id, .deadline = now + plan_.patience()});
    plan_.on_attempt(now, world_.entropy.u64());
    auto resolving =
        world_.network.resolve(relay_.host, [this, id](Result<std::vector<IpAddress>> found) {
            if (!found) return failed(id, found.error().what);
            connect(id, *found);
        });
    if (Attempt* attempt = find(id); attempt != nullptr && !attempt->pending) {
        attempt->pending = std::move(resolving);
    }
}

void Dialer::connect(std::uint64_t id, const std::vector<IpAddress>& addresses) {
    Attempt* attempt = find(id);
    if (attempt == nullptr || addresses.empty()) return;
    const Endpoint to{addresses[id % addresses.size()], relay_.port};
    attempt->pending = world_.network.dial(to, {.timeout = plan_.patience()},
                                           [this, id](Result<std::unique_ptr<net::Stream>> stream) {
                                               if (!stream) return failed(id, stream.error().what);
                                               connected(id, std::move(*stream));
                                           });
}

void Dialer::connected(std::uint64_t id, std::unique_ptr<net::Stream> stream) {
    Attempt* attempt = find(id);
    if (attempt == nullptr) return;
    const bool watched = world_.network.watch_peer(*stream, kAgentWatch);
    attempt->link = std::make_unique<Link>(LinkId{id}, world_.loop, world_.pool,
                                           world_.security.connect(std::move(stream), relay_key_),
                                           *this, kMaxFirstFrameBytes);
    attempt->link->set_watched(watched);
}

void Dialer::on_link_up(Link& link) {
    Attempt* attempt = find(link.id().value);
    if (attempt == nullptr) return;
    std::unique_ptr<Link> ready = std::move(attempt->link);
    drop(attempt->id);
    on_link_(std::move(ready));
}

void Dialer::on_link_down(Link& link, const std::string& reason) {
    failed(link.id().value, reason);
}

void Dialer::failed(std::uint64_t id, const std::string& why) {
    const TimePoint now = world_.loop.now();
    if (last_failure_.empty() || now >= next_log_) {
        next_log_ = now + kFailureLogEvery;
        world_.log.info("relay.unreached", {{"relay", relay_.to_string()}, {"why", why}});
    }
    last_failure_ = why;
    drop(id);
}

Dialer::Attempt* Dialer::find(std::uint64_t id) {
    const auto found = std::find_if(attempts_.begin(), attempts_.end(),
                                    [id](const Attempt& attempt) { return attempt.id == id; });
    return found == attempts_.end() ? nullptr : &*found;
}

void Dialer::drop(std::uint64_t id) {
    Attempt* attempt = find(id);
    if (attempt == nullptr) return;
    if (attempt->link && !attempt->link->closed()) attempt->link->cut();
    graveyard_.push_back(std::move(*attempt));
    attempts_.erase(attempts_.begin() + (attempt - attempts_.data()));
    bury_.post(world_.loop);
}

void Dialer::clear_graveyard() {
    graveyard_.clear();
}

}  // namespace homeport::tunnel
