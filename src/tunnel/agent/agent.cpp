#include "tunnel/agent/agent.hpp"

#include "tunnel/agent/asks.hpp"
#include "tunnel/agent/bypasses.hpp"
#include "tunnel/agent/dialer.hpp"
#include "tunnel/agent/services.hpp"
#include "tunnel/agent/targets.hpp"
#include "tunnel/agent/wishes.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/offer.hpp"
#include "tunnel/session_driver.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

InstanceId new_instance(net::Entropy& entropy) {
    InstanceId instance;
    entropy.fill(instance.bytes);
    return instance;
}

/// Proven links that wait for their turn to be greeted while another one is.
constexpr std::size_t kMostSpareLinks = DialPlan::kMostAttempts;

}  // namespace

class Agent::Impl final : DriverUser {
public:
    Impl(const AgentWorld& world, Options options)
        : world_(world),
          options_(std::move(options)),
          total_(options_.resume.total_bytes),
          driver_(world.loop, world.pool, world.log, options_.relay_name, *this,
                  {.role = Session::Role::agent,
                   .instance = new_instance(world.entropy),
                   .stream_bytes = options_.resume.stream_bytes,
                   .window = options_.resume.window,
                   .name = {}},
                  options_.resume.session_bytes, &total_),
          bypasses_(world_, options_.relay_key, [this] { return way_to_relay(); }),
          targets_(world_, services_, bypasses_),
          dialer_(world_, options_.relay, options_.relay_key,
                  [this](std::unique_ptr<Link> link) { on_new_link(std::move(link)); }),
          asks_(world.loop),
          attach_timer_(world.loop.timers(), net::call<&Impl::attach_late>(this)),
          window_timer_(world.loop.timers(), net::call<&Impl::window_over>(this)) {
        services_.replace(std::move(options_.services));
    }

    void start();
    void reload(std::vector<config::Service> services);
    void park(ParkQuestion wish, AskDone done);
    void ask(Question question, AskDone done);
    void cut_line(Duration duration);
    void announce_stop();
    SessionStatus status() const { return driver_.status(resumable_); }
    std::vector<AgentServiceStatus> services() const { return services_.all(); }

private:
    void on_open(SessionStream& stream) override;
    Result<> on_control(Link& link, const Frame& frame) override;
    void on_attached(Link& link, bool resumed) override;
    void on_health() override;

    void on_change();
    void on_new_link(std::unique_ptr<Link> link);
    void greet_next();
    void attach_late();
    void window_over();
    void announce(Link& link);
    void on_announced(const Link& link);
    void on_asked(const Link& link, const AskedFrame& asked);
    Result<> on_seen(const Link& link, const SeenFrame& seen);
    std::optional<Bypasses::Way> way_to_relay();

    AgentWorld world_;
    Options options_;
    Budget total_;
    Services services_;
    SessionDriver driver_;
    Bypasses bypasses_;
    Targets targets_;
    Dialer dialer_;
    Asks asks_;
    std::vector<std::unique_ptr<Link>> spare_;
    LinkId greeting_{};  ///< the link that HELLO went out on and WELCOME is due
    std::uint64_t epoch_ = 0;
    Wishes wishes_;
    bool resumable_ = false;
    LinkId announced_on_{};           ///< the list of services went out on it last
    std::size_t announces_open_ = 0;  ///< lists sent there and not answered yet
    bool announced_ = false;          ///< the relay has answered the present list
    net::Timer attach_timer_;
    net::Timer window_timer_;
    std::unique_ptr<net::Handle> changes_;
};

void Agent::Impl::start() {
    changes_ = world_.network.watch_changes([this] { on_change(); });
    dialer_.start();
}

/// The old path may be gone without a sign: a fresh link is tried beside it at once. Unless the
/// change was not about it: hosts with containers change some interface all the time.
void Agent::Impl::on_change() {
    const Link* const link = driver_.active_link();
    if (link != nullptr && driver_.healthy() &&
        world_.network.source_for(link->peer()) == link->stream().local().address) {
        return driver_.ask();
    }
    dialer_.start();
    dialer_.hope();
}

void Agent::Impl::on_new_link(std::unique_ptr<Link> link) {
    if (!dialer_.dialling() || spare_.size() >= kMostSpareLinks) {
        link->cut();
        world_.loop.post([unwanted = std::move(link)] {});  // it is on the stack
        return;
    }
    spare_.push_back(std::move(link));
    greet_next();
}

void Agent::Impl::greet_next() {
    while (!spare_.empty() && spare_.back()->closed()) spare_.pop_back();
    if (greeting_ != LinkId{} || spare_.empty()) return;
    std::unique_ptr<Link> link = std::move(spare_.back());
    spare_.pop_back();
    greeting_ = link->id();
    driver_.start_attach(driver_.add_link(std::move(link)), ++epoch_);
    attach_timer_.arm(world_.loop.now() + dialer_.patience());
}

void Agent::Impl::attach_late() {
    const LinkId late = std::exchange(greeting_, LinkId{});
    driver_.drop_link(late, "no welcome");
    greet_next();
}

void Agent::Impl::on_attached(Link& link, bool resumed) {
    greeting_ = {};
    attach_timer_.cancel();
    window_timer_.cancel();
    spare_.clear();
    dialer_.stop();
    resumable_ = true;
    world_.log.info("relay.attached", {{"relay", options_.relay_name},
                                       {"address", link.peer().to_string()},
                                       {"resumed", resumed ? "yes" : "no"},
                                       {"streams", driver_.session().streams()}});
    if (!resumed || !announced_) announce(link);
    wishes_.on_link(link);
    asks_.on_link(link);
}

void Agent::Impl::on_asked(const Link& link, const AskedFrame& asked) {
    if (asked.ask == 0) wishes_.on_heard(link);
    if (asks_.on_asked(asked) || asked.ok) return;
    world_.log.warn("ask.refused", {{"why", asked.reason}});
}

/// It is about the link that has just been attached, so it comes over that one.
Result<> Agent::Impl::on_seen(const Link& link, const SeenFrame& seen) {
    if (&link != driver_.active_link()) return fail(Errc::protocol, "SEEN at the wrong time");
    if (options_.on_seen)
        options_.on_seen({seen.agent, link.peer(), seen.names, seen.http, seen.tls});
    return {};
}

void Agent::Impl::announce(Link& link) {
    const auto offers = encode_offers(services_.offers());
    link.send(AnnounceFrame{offers});
    if (std::exchange(announced_on_, link.id()) != link.id()) announces_open_ = 0;
    ++announces_open_;
    announced_ = false;
}

/// An answer to an older list, or over an older link, does not tell that the present list is known.
void Agent::Impl::on_announced(const Link& link) {
    if (link.id() != announced_on_ || announces_open_ == 0) return;
    --announces_open_;
    announced_ = announces_open_ == 0;
}

/// Where the present link leads: resolving anew might find another relay.
std::optional<Bypasses::Way> Agent::Impl::way_to_relay() {
    const Link* const link = driver_.active_link();
    if (link == nullptr) return std::nullopt;
    return Bypasses::Way{link->peer(), driver_.session().instance()};
}

void Agent::Impl::on_health() {
    if (Link* active = driver_.active_link(); active != nullptr) {
        const auto rtt = driver_.status(false).rtt;
        if (rtt) dialer_.set_rtt(*rtt);
    }
    if (driver_.healthy()) {
        if (greeting_ == LinkId{}) dialer_.stop();
        window_timer_.cancel();
        return;
    }
    // The link that was being greeted may be the one that was lost.
    if (greeting_ != LinkId{} && !driver_.has_link(greeting_)) {
        greeting_ = {};
        greet_next();
    }
    dialer_.start();
    if (resumable_ && !window_timer_.armed()) {
        window_timer_.arm(world_.loop.now() + options_.resume.window);
    }
}

void Agent::Impl::window_over() {
    resumable_ = false;
    world_.log.warn("relay.lost", {{"streams_cut", driver_.session().streams()}});
    driver_.drop_all(true);
    driver_.session().abandon();
    driver_.session().dispatch();
}

void Agent::Impl::on_open(SessionStream& stream) {
    const OpenInfo info = stream.info();
    targets_.open(std::make_unique<TunnelStream>(world_.loop, driver_.session(), stream, nullptr),
                  info);
}

Result<> Agent::Impl::on_control(Link& link, const Frame& frame) {
    if (const auto* announced = std::get_if<AnnouncedFrame>(&frame)) {
        const auto results = decode_offer_results(announced->results);
        if (!results) return std::unexpected(results.error());
        services_.on_results(*results);
        on_announced(link);
        for (const AgentServiceStatus& service : services_.all()) {
            if (service.accepted) continue;
            world_.log.warn("service.refused",
                            {{"service", service.name}, {"why", service.reason}});
        }
        return {};
    }
    if (const auto* refused = std::get_if<RefusedFrame>(&frame)) {
        world_.log.error("relay.refused", {{"why", refused->reason}});
        spare_.clear();
        dialer_.slow_down();
        return fail(refused->code, "refused: " + std::string(refused->reason));
    }
    if (const auto* asked = std::get_if<AskedFrame>(&frame)) {
        on_asked(link, *asked);
        return {};
    }
    if (const auto* seen = std::get_if<SeenFrame>(&frame)) return on_seen(link, *seen);
    if (std::holds_alternative<StoppingFrame>(frame)) {
        world_.log.info("relay.stopping", {{"relay", options_.relay_name}});
        return {};
    }
    return fail(Errc::protocol, std::string(frame_name(frame)) + " from a relay");
}

void Agent::Impl::reload(std::vector<config::Service> services) {
    targets_.cut_services(services_.replace(std::move(services)));
    announced_ = false;
    if (Link* link = driver_.active_link(); link != nullptr) announce(*link);
}

void Agent::Impl::park(ParkQuestion wish, AskDone done) {
    if (auto fits = check_question(wish); !fits) return done(std::move(fits));
    if (driver_.active_link() == nullptr) {
        wishes_.add(wish);
        return done({});
    }
    wishes_.supersede(wish);
    ask(wish, [this, wish, done = std::move(done)](Result<> result) mutable {
        if (!result && result.error().code == Errc::timed_out) wishes_.add(wish);
        done(std::move(result));
    });
}

void Agent::Impl::ask(Question question, AskDone done) {
    asks_.ask(std::move(question), driver_.active_link(), std::move(done));
}

void Agent::Impl::cut_line(Duration duration) {
    dialer_.hold_until(world_.loop.now() + duration);
    spare_.clear();
    greeting_ = {};
    driver_.drop_all(true);
}

void Agent::Impl::announce_stop() {
    if (Link* link = driver_.active_link(); link != nullptr) link->send(StoppingFrame{});
}

Agent::Agent(const AgentWorld& world, Options options)
    : impl_(std::make_unique<Impl>(world, std::move(options))) {}
Agent::~Agent() = default;

void Agent::start() {
    impl_->start();
}
void Agent::reload(std::vector<config::Service> services) {
    impl_->reload(std::move(services));
}
void Agent::park(const std::string& service, bool parked, const std::string& answer, AskDone done) {
    impl_->park({.home = {}, .service = service, .parked = parked, .answer = answer},
                std::move(done));
}
void Agent::ask_park(const std::string& home, const std::string& service, bool parked,
                     const std::string& answer, AskDone done) {
    impl_->ask(ParkQuestion{home, service, parked, answer}, std::move(done));
}
void Agent::ask_challenge(const std::string& host, const std::string& text, bool present,
                          AskDone done) {
    impl_->ask(ChallengeQuestion{host, text, present}, std::move(done));
}
void Agent::ask_probe(ProbeQuestion question, AskDone done) {
    impl_->ask(std::move(question), std::move(done));
}
void Agent::cut_line(Duration duration) {
    impl_->cut_line(duration);
}
void Agent::announce_stop() {
    impl_->announce_stop();
}
SessionStatus Agent::status() const {
    return impl_->status();
}
std::vector<AgentServiceStatus> Agent::services() const {
    return impl_->services();
}

}  // namespace homeport::tunnel
