#pragma once
/// One visitor's wait, from the opening of a stream until the home has its target. While the home
/// is away the visitor holds a place of the service's waiting room.

#include "front/hall.hpp"
#include "front/service_entry.hpp"

namespace homeport::front {

class HomeWait {
public:
    enum class Verdict : std::uint8_t {
        waiting,
        established,
        away,  ///< park.wait is over, or no place is left, and the home is not there
        slow,  ///< park.wait is over; the home is there and has no target yet
    };

    explicit HomeWait(Hall& hall) : hall_(hall) {}
    ~HomeWait() { end(); }
    HomeWait(const HomeWait&) = delete;
    HomeWait& operator=(const HomeWait&) = delete;

    /// False: the home is away and no place is left.
    bool begin(ServiceEntry& entry, const IpAddress& source);
    /// Call when the stream reports something, and at next().
    Verdict check(const net::BufferedStream& stream);
    TimePoint next() const { return entry_ == nullptr ? kNever : next_; }
    void end();

    bool active() const { return entry_ != nullptr; }
    /// Holds a place: the home is away.
    bool parked() const { return parked_; }

private:
    bool take_place_if_away();

    Hall& hall_;
    ServiceEntry* entry_ = nullptr;
    IpAddress source_;
    TimePoint until_{};
    TimePoint next_{};
    bool parked_ = false;
};

}  // namespace homeport::front
