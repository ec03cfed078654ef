#include "tunnel/agent/bypasses.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {

Bypasses::Bypasses(const AgentWorld& world, PublicKey relay_key, FindWay find_way)
    : world_(world),
      relay_key_(relay_key),
      find_way_(std::move(find_way)),
      timer_(world.loop.timers(), net::call<&Bypasses::expire>(this)),
      bury_(net::call<&Bypasses::clear_graveyard>(this)) {}

Bypasses::~Bypasses() = default;

template <class Condition>
Bypasses::Place Bypasses::find(Condition condition) {
    return std::ranges::find_if(wishes_, [&](const auto& wish) { return condition(*wish); });
}

Bypasses::Place Bypasses::find(const Link& link) {
    return find([&link](const Wish& wish) { return wish.link.get() == &link; });
}

void Bypasses::on_bulk(BypassStream& stream) {
    const auto way = find_way_();
    const bool full = wishes_.size() >= kMaxBypassesAsked || in_use_ >= kMaxBypasses;
    if (!way || full) return stream.stay();
    wishes_.push_back(std::make_unique<Wish>());
    Wish& wish = *wishes_.back();
    wish.stream = &stream;
    wish.instance = way->instance;
    wish.deadline = world_.loop.now() + kBypassTimeout;
    wish.pending = world_.network.dial(way->relay, {.timeout = kBypassTimeout},
                                       [this, &wish](Result<std::unique_ptr<net::Stream>> dialled) {
                                           connected(wish, std::move(dialled));
                                       });
    rearm();
}

void Bypasses::on_gone(BypassStream& stream) {
    const auto place = find([&stream](const Wish& wish) { return wish.stream == &stream; });
    if (place != wishes_.end()) remove(place);
    if (!stream.linked()) --in_use_;
}

void Bypasses::connected(Wish& wish, Result<std::unique_ptr<net::Stream>> stream) {
    if (!stream) {
        const auto place = find([&wish](const Wish& other) { return &other == &wish; });
        return give_up(place, stream.error().what);
    }
    LinkUser& user = *this;
    wish.link = std::make_unique<Link>(LinkId{next_link_++}, world_.loop, world_.pool,
                                       world_.security.connect(std::move(*stream), relay_key_),
                                       user, kMaxFirstFrameBytes);
}

void Bypasses::on_link_up(Link& link) {
    const auto place = find(link);
    if (place == wishes_.end()) return;
    link.send(BypassFrame{(*place)->instance, (*place)->stream->id()});
}

Result<> Bypasses::on_link_frame(Link& link, const Frame& frame, const ChunkRef&) {
    const auto place = find(link);
    if (place == wishes_.end()) return {};
    if (std::holds_alternative<BypassedFrame>(frame)) {
        granted(place);
    } else if (const auto* refused = std::get_if<RefusedFrame>(&frame)) {
        give_up(place, std::string(refused->reason));
    } else {
        return fail(Errc::protocol, std::string(frame_name(frame)) + " in answer to BYPASS");
    }
    return {};
}

void Bypasses::on_link_down(Link& link, const std::string& reason) {
    const auto place = find(link);
    if (place != wishes_.end()) give_up(place, reason);
}

void Bypasses::granted(Place place) {
    auto beside = (*place)->link->release();
    if (beside == nullptr) return give_up(place, "the connection cannot leave its encryption");
    BypassStream& stream = *(*place)->stream;
    remove(place);
    world_.log.debug("stream.bypass", {{"stream", stream.id().value}});
    ++in_use_;
    stream.divert(std::move(beside));
}

void Bypasses::give_up(Place place, const std::string& why) {
    BypassStream& stream = *(*place)->stream;
    world_.log.info("bypass.refused", {{"stream", stream.id().value}, {"why", why}});
    remove(place);
    stream.stay();
}

void Bypasses::remove(Place place) {
    (*place)->pending.reset();
    if ((*place)->link) (*place)->link->close();
    graveyard_.push_back(std::move(*place));
    wishes_.erase(place);
    bury_.post(world_.loop);
    rearm();
}

void Bypasses::expire() {
    const TimePoint now = world_.loop.now();
    while (!wishes_.empty() && wishes_.front()->deadline <= now)
        give_up(wishes_.begin(), "no answer from the relay in time");
    rearm();
}

void Bypasses::rearm() {
    if (wishes_.empty()) return timer_.cancel();
    timer_.arm(wishes_.front()->deadline);
}

}  // namespace homeport::tunnel
