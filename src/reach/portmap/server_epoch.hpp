#pragma once
/// Has the router lost what it was told? Its answers carry an epoch: seconds since its state was
/// last empty. Pure. A router whose epoch makes no sense at all is found out and not listened to.

#include "core/time.hpp"

#include <cstdint>
#include <optional>

namespace homeport::reach {

class ServerEpoch {
public:
    enum class Rule : std::uint8_t {
        pcp,      ///< RFC 6887 section 8.5: neither slower nor much faster than our clock
        nat_pmp,  ///< RFC 6886 section 3.6: not behind 7/8 of the time that went by
    };
    explicit ServerEpoch(Rule rule) : rule_(rule) {}

    /// From an earlier process: the epoch was at least this at some time before.
    void recall(std::uint32_t epoch_s) { recalled_ = epoch_s; }

    /// An answer said `epoch_s`. True: mappings made before are lost.
    bool lost_state(std::uint32_t epoch_s, TimePoint now);

    /// What the epoch should be by now, at least; to be recalled by another process.
    std::optional<std::uint32_t> at_least(TimePoint now) const;

private:
    bool misfit_counts(std::int64_t epoch_s, TimePoint now);

    Rule rule_;
    std::optional<std::uint32_t> recalled_;
    std::optional<std::uint32_t> last_;
    TimePoint last_at_{};
    unsigned strikes_ = 0;  ///< misfits since the epoch was last seen to go with the time
};

}  // namespace homeport::reach
