#include "reach/portmap/server_epoch.hpp"

#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <limits>

namespace homeport::reach {
namespace {

std::int64_t whole_seconds(Duration time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

/// RFC 6887 section 8.5. One second back: packets may overtake each other.
bool in_step(std::int64_t server, std::int64_t client) {
    return server >= -1 && client + kEpochSlackSeconds >= server - server / 16 &&
           server + kEpochSlackSeconds >= client - client / 16;
}

}  // namespace

bool ServerEpoch::lost_state(std::uint32_t epoch_s, TimePoint now) {
    bool lost = false;
    if (last_) {
        lost = misfit_counts(epoch_s, now);
    } else if (recalled_) {
        lost = std::int64_t{epoch_s} + kEpochSlackSeconds < *recalled_;
    }
    last_ = epoch_s;
    last_at_ = now;
    return lost;
}

/// A counter that stands still or jumps would have everything asked for again for ever. So only a
/// few misfits are believed in a row; one long enough stretch in step restores the belief.
bool ServerEpoch::misfit_counts(std::int64_t epoch_s, TimePoint now) {
    const std::int64_t server = epoch_s - *last_;
    const std::int64_t client = whole_seconds(now - last_at_);
    const bool steps = in_step(server, client);
    if (steps && now - last_at_ >= kEpochProof) strikes_ = 0;
    const bool late = server + kEpochSlackSeconds < client * 7 / 8;
    const bool fits = rule_ == Rule::nat_pmp ? !late : steps;
    if (fits || strikes_ == kEpochStrikes) return false;
    ++strikes_;
    return true;
}

std::optional<std::uint32_t> ServerEpoch::at_least(TimePoint now) const {
    if (!last_) return recalled_;
    const std::int64_t due = *last_ + whole_seconds(now - last_at_) * 7 / 8;
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(due, 0, kMost));
}

}  // namespace homeport::reach
