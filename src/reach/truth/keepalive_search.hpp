#pragma once
/// How long may a path be quiet before a NAT or firewall on it forgets it? Found by trying: a quiet
/// time, then a question with payload and its answer. Pure.
///
/// Begins at 25 s, doubles while the path survives, then halves the gap between the longest time
/// that was survived and the shortest that was not. Both need to be seen twice, because one lost
/// packet proves nothing. A death within the time that was thought safe shortens interval() at
/// once.

#include "core/time.hpp"

#include <algorithm>
#include <optional>

namespace homeport::reach {

class KeepaliveSearch {
public:
    static constexpr Duration kStart = 25s;
    static constexpr Duration kLeast = 15s;  ///< not tried below
    static constexpr Duration kMost = 10min;
    /// The search ends when the gap is this small, or an eighth of the time survived.
    static constexpr Duration kFinest = 5s;
    static constexpr int kConfirmations = 2;

    /// The quiet time to try now, kLeast to kMost; nothing: the search is over.
    std::optional<Duration> next() const;
    /// The path answered after `quiet`.
    void on_alive(Duration quiet);
    /// It did not, and only a new packet from here opened it again.
    void on_dead(Duration quiet);

    /// How often to speak: what was survived twice, less an eighth; kStart before anything is
    /// known, kLeast when not even that was survived.
    Duration interval() const;

private:
    Duration finest() const { return std::max(kFinest, survived_ / 8); }
    void choose();

    Duration survived_{};  ///< twice; zero: nothing yet
    Duration died_ = 2 * kMost;
    Duration trying_ = kStart;
    Duration fallback_ = kStart;  ///< interval() while nothing is known to survive
    int alive_ = 0;
    int dead_ = 0;
    bool over_ = false;
};

}  // namespace homeport::reach
