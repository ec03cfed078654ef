#pragma once
/// The HTTP calls of a UPnP machine: few at once, changes one after the other, not too many in the
/// long run, and each with an end. Pure.

#include "core/time.hpp"
#include "reach/portmap/machine.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace homeport::reach {

class UpnpCalls {
public:
    enum class Kind : std::uint8_t { question, change };
    /// Called once, from on_reply() or on_time(); may ask for more.
    using Done = std::function<void(const Result<HttpReply>& reply, TimePoint now)>;

    /// `output` must outlive this.
    explicit UpnpCalls(MachineOutput& output) : output_(output) {}

    /// The id of `call` is chosen here. It leaves at once or when there is room.
    void ask(HttpCall call, Kind kind, Done done, TimePoint now);
    void on_reply(HttpCallId id, const Result<HttpReply>& reply, TimePoint now);
    void on_time(TimePoint now);
    TimePoint deadline() const;
    bool idle() const { return waiting_.empty() && open_.empty(); }

private:
    struct Waiting {
        HttpCall call;
        Kind kind;
        Done done;
    };
    struct Open {
        HttpCallId id;
        Kind kind;
        TimePoint deadline;
        Done done;
    };

    void send_some(TimePoint now);
    bool may_leave(const Waiting& waiting) const;
    TimePoint next_allowed() const { return paid_until_ - kUpnpCallCredit; }
    void finish(std::size_t index, const Result<HttpReply>& reply, TimePoint now);

    static const Duration kUpnpCallCredit;

    MachineOutput& output_;
    std::uint64_t last_id_ = 0;
    TimePoint paid_until_{};  ///< each call pays for kUpnpCallGap
    std::deque<Waiting> waiting_;
    std::vector<Open> open_;
};

}  // namespace homeport::reach
