#include "tunnel/relay/link_gate.hpp"

#include "core/source_key.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/question.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// An answered guest may take this long to read the answer and leave.
constexpr Duration kFarewell = 2s;

Result<> not_in_time() {
    return fail(Errc::timed_out, "not done within " + std::to_string(kGreetingTimeout / 1s) +
                                     " s; it may be done still: ask again");
}

}  // namespace

LinkGate::LinkGate(net::Loop& loop, ChunkPool& pool, Log& log, Desk& desk)
    : loop_(loop),
      pool_(pool),
      log_(log),
      desk_(desk),
      self_(std::make_shared<LinkGate*>(this)),
      timer_(loop.timers(), net::call<&LinkGate::expire>(this)),
      bury_(net::call<&LinkGate::clear_graveyard>(this)) {}

LinkGate::~LinkGate() = default;

bool LinkGate::admit(std::unique_ptr<net::SecureStream> stream, bool watched) {
    const IpAddress source = source_key(stream->peer().address);
    const auto known = per_source_.find(source);
    const std::size_t from_source = known == per_source_.end() ? 0 : known->second;
    if (guests_.size() >= kMaxGreetings || from_source >= kMaxGreetingsPerSource) return false;
    ++per_source_[source];
    guests_.push_back({std::make_unique<Link>(LinkId{next_link_++}, loop_, pool_, std::move(stream),
                                              *this, kMaxFirstFrameBytes),
                       source, loop_.now() + kGreetingTimeout});
    guests_.back().link->set_watched(watched);
    rearm();
    return true;
}

std::vector<LinkGate::Guest>::iterator LinkGate::find(const Link& link) {
    return std::find_if(guests_.begin(), guests_.end(),
                        [&link](const Guest& guest) { return guest.link.get() == &link; });
}

Result<> LinkGate::on_link_frame(Link& link, const Frame& frame, const ChunkRef&) {
    const auto guest = find(link);
    if (guest == guests_.end() || guest->answered) return {};
    if (const auto* join = std::get_if<JoinFrame>(&frame)) {
        answer(*guest, desk_.on_join(link, *join));
    } else if (const auto* hello = std::get_if<HelloFrame>(&frame)) {
        greet(guest, *hello);
    } else if (const auto* bypass = std::get_if<BypassFrame>(&frame)) {
        divert(guest, *bypass);
    } else if (const auto number = ask_number(frame)) {
        take_ask(*guest, frame, *number);
    } else {
        return fail(Errc::protocol, "neither HELLO nor JOIN nor BYPASS nor an ask");
    }
    return {};
}

void LinkGate::greet(std::vector<Guest>::iterator guest, const HelloFrame& hello) {
    const Result<> result = desk_.on_hello(guest->link, hello);
    result ? leave(guest) : answer(*guest, result);
}

void LinkGate::divert(std::vector<Guest>::iterator guest, const BypassFrame& bypass) {
    const Result<> result = desk_.on_bypass(*guest->link, bypass);
    guest->link->closed() ? leave(guest) : answer(*guest, result);
}

void LinkGate::take_ask(Guest& guest, const Frame& ask, std::uint32_t number) {
    guest.answered = true;
    guest.asking = number;
    const std::weak_ptr<LinkGate*> gate = self_;
    const Result<> taken = desk_.on_ask(
        *guest.link, ask, [gate, link = guest.link->id(), number](const Result<>& result) {
            if (const auto alive = gate.lock()) (*alive)->asked(link, number, result);
        });
    if (!taken) answer(guest, taken);
}

void LinkGate::asked(LinkId link, std::uint32_t number, const Result<>& result) {
    const auto guest =
        std::ranges::find_if(guests_, [link](const Guest& one) { return one.link->id() == link; });
    if (guest == guests_.end() || guest->asking != number) return;
    guest->asking.reset();
    guest->deadline = loop_.now() + kFarewell;
    guest->link->send(asked_frame(number, result));
}

void LinkGate::answer(Guest& guest, const Result<>& result) {
    guest.answered = true;
    guest.deadline = loop_.now() + kFarewell;
    if (result) return;
    log_.warn("link.refused",
              {{"from", guest.link->peer().to_string()}, {"why", result.error().what}});
    guest.link->send(RefusedFrame{result.error().code, result.error().what});
}

void LinkGate::on_link_down(Link& link, const std::string& reason) {
    log_.debug("link.unfinished", {{"from", link.peer().to_string()}, {"why", reason}});
    leave(find(link));
}

void LinkGate::leave(std::vector<Guest>::iterator guest) {
    if (guest == guests_.end()) return;
    const auto source = per_source_.find(guest->source);
    if (source != per_source_.end() && --source->second == 0) per_source_.erase(source);
    if (guest->link) graveyard_.push_back(std::move(guest->link));
    guests_.erase(guest);
    bury_.post(loop_);
}

void LinkGate::expire() {
    const TimePoint now = loop_.now();
    for (std::size_t i = guests_.size(); i-- > 0;) {
        Guest& guest = guests_[i];
        if (guest.deadline > now) continue;
        if (guest.asking) {
            asked(guest.link->id(), *guest.asking, not_in_time());
            continue;
        }
        guest.answered ? guest.link->close() : guest.link->cut();
        leave(guests_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    rearm();
}

void LinkGate::rearm() {
    TimePoint next = kNever;
    for (const Guest& guest : guests_) next = std::min(next, guest.deadline);
    // A late look is enough: the deadline of a greeting needs no precision.
    if (next != kNever) timer_.arm(std::max(next, loop_.now() + 100ms));
}

}  // namespace homeport::tunnel
