#include "front/home_wait.hpp"

#include <algorithm>

namespace homeport::front {

bool HomeWait::take_place_if_away() {
    const bool away = !hall_.world.homes.up(entry_->service.agent);
    if (away && !parked_) {
        if (!entry_->room.take(source_)) return false;
        parked_ = true;
    }
    return true;
}

bool HomeWait::begin(ServiceEntry& entry, const IpAddress& source) {
    end();
    entry_ = &entry;
    source_ = source;
    until_ = hall_.now() + hall_.options.park.wait;
    next_ = std::min(until_, hall_.now() + kWaitTick);
    if (take_place_if_away()) return true;
    end();
    return false;
}

HomeWait::Verdict HomeWait::check(const net::BufferedStream& stream) {
    if (entry_ == nullptr) return Verdict::established;
    if (stream.established()) {
        end();
        return Verdict::established;
    }
    const TimePoint now = hall_.now();
    if (now < next_) return Verdict::waiting;
    next_ = std::min(until_, now + kWaitTick);
    if (now < until_) return take_place_if_away() ? Verdict::waiting : Verdict::away;
    const bool up = hall_.world.homes.up(entry_->service.agent);
    return up ? Verdict::slow : Verdict::away;
}

void HomeWait::end() {
    if (parked_) entry_->room.give_back(source_);
    parked_ = false;
    entry_ = nullptr;
}

}  // namespace homeport::front
