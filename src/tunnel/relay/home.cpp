#include "tunnel/relay/home.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/tunnel_stream.hpp"

#include <algorithm>

namespace homeport::tunnel {

Home::Home(const Relay::World& world, const Relay::Options& options, InstanceId relay_instance,
           Budget& total, store::AgentRecord record)
    : world_(world),
      window_(options.resume.window),
      seen_{
          .agent = {}, .names = options.names, .http = options.http_port, .tls = options.tls_port},
      record_(std::move(record)),
      driver_(world.loop, world.pool, world.log, record_.name, *this,
              {.role = Session::Role::relay,
               .instance = relay_instance,
               .stream_bytes = options.resume.stream_bytes,
               .window = options.resume.window,
               .name = options.name},
              options.resume.session_bytes, &total),
      window_timer_(world.loop.timers(), net::call<&Home::window_over>(this)) {}

Home::~Home() = default;

void Home::set_record(store::AgentRecord record) {
    const bool other_key = record.key != record_.key;
    const bool other_grants = record.grants != record_.grants;
    record_ = std::move(record);
    if (other_key) {
        driver_.drop_all(true);
        driver_.session().abandon();
        driver_.session().dispatch();
    }
    if (other_grants) publish(offers_);
}

Result<> Home::publish_stored() {
    const auto bytes = world_.store.offers(record_.name);
    if (!bytes) return std::unexpected(bytes.error());
    if (bytes->empty()) return {};
    const auto offers = decode_offers(*bytes);
    if (!offers) {
        world_.log.warn("offers.unreadable",
                        {{"agent", record_.name}, {"why", offers.error().what}});
        return {};
    }
    publish(*offers);
    return {};
}

Result<> Home::attach(std::unique_ptr<Link>& link, const HelloFrame& hello) {
    if (hello.kind != LinkKind::attach)
        return fail(Errc::protocol, "this kind of link is not known here");
    const bool same_process = hello.instance == agent_instance_;
    if (same_process && hello.epoch <= epoch_) return fail(Errc::closed, "a newer link is there");
    if (hello.instance == displaced_ && driver_.healthy()) {
        return fail(Errc::exists,
                    "another process with this agent's key is connected; stop one of them");
    }
    const auto greeted = driver_.session().on_hello(link->id(), hello);
    if (!greeted) return greeted;
    if (!same_process) {
        displaced_ = agent_instance_;
        agent_instance_ = hello.instance;
    }
    epoch_ = hello.epoch;
    driver_.add_link(std::move(link));
    driver_.session().dispatch();
    return {};
}

std::unique_ptr<net::BufferedStream> Home::open(const OpenInfo& info) {
    SessionStream* stream = driver_.session().open(info);
    if (stream == nullptr) {
        return make_failed_stream(world_.loop, Errc::limit, info.visitor, info.local);
    }
    auto tunnelled =
        std::make_unique<TunnelStream>(world_.loop, driver_.session(), *stream, shared_from_this());
    if (!may_bypass(info.service)) return tunnelled;
    BypassDesk& desk = *this;
    auto bypass = std::make_unique<BypassStream>(world_.network, std::move(tunnelled), desk);
    bypasses_[bypass->id()] = bypass.get();
    return bypass;
}

/// What the visitors of these say is encrypted between them and the home.
bool Home::may_bypass(std::uint32_t service) const {
    return std::ranges::any_of(offers_, [service](const Offer& offer) {
        return offer.id == service && offer.kind == ServiceKind::tls;
    });
}

void Home::on_gone(BypassStream& stream) {
    const auto found = bypasses_.find(stream.id());
    if (found != bypasses_.end() && found->second == &stream) bypasses_.erase(found);
}

Result<> Home::bypass(Link& link, const BypassFrame& wish) {
    if (wish.instance != agent_instance_) return fail(Errc::closed, "a newer agent is there");
    const auto found = bypasses_.find(wish.stream);
    if (found == bypasses_.end())
        return fail(Errc::not_found, "no such stream, or not one of a tls service");
    if (!found->second->linked()) return fail(Errc::exists, "the stream has left its link already");
    const auto left =
        std::ranges::count_if(bypasses_, [](const auto& entry) { return !entry.second->linked(); });
    if (static_cast<std::size_t>(left) >= kMaxBypasses)
        return fail(Errc::limit, "too many streams have left their link");
    link.send(BypassedFrame{});
    auto beside = link.release();
    if (beside == nullptr) return fail(Errc::io, "the connection cannot leave its encryption");
    world_.log.debug("stream.bypass", {{"agent", record_.name}, {"stream", wish.stream.value}});
    found->second->await(std::move(beside));
    return {};
}

void Home::end() {
    world_.publisher.withdraw(record_.name);
    offers_.clear();
    driver_.drop_all(true);
    driver_.session().abandon();
    driver_.session().dispatch();
}

void Home::announce_stop() {
    Link* link = driver_.active_link();
    if (link == nullptr) return;
    link->send(StoppingFrame{});
}

Result<> Home::on_control(Link& link, const Frame& frame) {
    if (const auto* announce = std::get_if<AnnounceFrame>(&frame))
        return on_announce(link, announce->offers);
    if (const auto number = ask_number(frame)) {
        ask(frame, link.peer().address, answer_later(*number));
        return {};
    }
    if (std::holds_alternative<StoppingFrame>(frame)) {
        world_.log.info("agent.stopping", {{"agent", record_.name}});
        return {};
    }
    return fail(Errc::protocol, std::string(frame_name(frame)) + " from an agent");
}

Result<> Home::on_announce(Link& link, Bytes bytes) {
    const auto offers = decode_offers(bytes);
    if (!offers) return std::unexpected(offers.error());
    const auto saved = world_.store.save_offers(record_.name, {bytes.begin(), bytes.end()});
    if (!saved) world_.log.error("store.failed", {{"what", saved.error().what}});
    const auto results = encode_offer_results(publish(*offers));
    link.send(AnnouncedFrame{results});
    return {};
}

std::vector<OfferResult> Home::publish(const std::vector<Offer>& offers) {
    std::vector<Offer> granted;
    std::vector<OfferResult> results;
    std::vector<std::size_t> places;  // of each granted offer in `results`
    for (const Offer& offer : offers) {
        const auto allowed = check_grants(offer, record_.grants);
        results.push_back({offer.id, allowed.has_value(), allowed ? "" : allowed.error().what});
        if (!allowed) continue;
        places.push_back(results.size() - 1);
        granted.push_back(offer);
    }
    const auto published = world_.publisher.publish(record_.name, granted);
    for (std::size_t i = 0; i < published.size() && i < places.size(); ++i) {
        if (published[i]) continue;
        results[places[i]].accepted = false;
        results[places[i]].reason = published[i].error().what;
    }
    for (const OfferResult& result : results) {
        if (result.accepted) continue;
        world_.log.warn("service.refused", {{"agent", record_.name},
                                            {"service", std::to_string(result.id)},
                                            {"why", result.reason}});
    }
    offers_ = offers;
    return results;
}

void Home::on_attached(Link& link, bool resumed) {
    resumable_ = true;
    window_timer_.cancel();
    world_.log.info("agent.attached", {{"agent", record_.name},
                                       {"from", link.peer().to_string()},
                                       {"resumed", resumed ? "yes" : "no"},
                                       {"streams", driver_.session().streams()}});
    // Behind WELCOME and the list of streams, which wait in the session.
    seen_.agent = link.peer();
    driver_.session().queue_frame(link.id(), seen_);
    world_.publisher.on_seen(record_.name, link.peer(), resumed);
}

void Home::on_health() {
    world_.publisher.on_link(record_.name, driver_.healthy());
    if (driver_.healthy()) {
        window_timer_.cancel();
        world_.log.info("agent.up", {{"agent", record_.name}});
    } else if (resumable_ && !window_timer_.armed()) {
        window_timer_.arm(world_.loop.now() + window_);
        world_.log.warn("agent.silent",
                        {{"agent", record_.name}, {"streams", driver_.session().streams()}});
    }
}

void Home::window_over() {
    resumable_ = false;
    world_.log.warn("agent.lost",
                    {{"agent", record_.name}, {"streams_cut", driver_.session().streams()}});
    driver_.drop_all(true);
    driver_.session().abandon();
    driver_.session().dispatch();
    window_timer_.cancel();
}

SessionStatus Home::status() const {
    return driver_.status(resumable_);
}

}  // namespace homeport::tunnel
