#pragma once
/// Somebody outside who comes to a published port, gives an Order and checks the answer to its last
/// byte.

#include "net/network.hpp"
#include "sim/world/judge.hpp"
#include "sim/world/pace.hpp"
#include "sim/world/pattern.hpp"

#include <memory>
#include <string_view>

namespace homeport::sim {

struct VisitorPlan {
    Endpoint to;
    Duration start_after{};
    Order order;
    bool half_close = true;  ///< ends its direction when all is sent; else stays open
    Pace pace;               ///< how it reads
    std::uint64_t leave_at = Order::kNoAbort;  ///< resets when it has read so many bytes
};

class Visitor final : private net::StreamHandler {
public:
    enum class State : std::uint8_t {
        waiting,  ///< not come yet, or dialling
        running,
        completed,  ///< every byte right and the end where it belongs
        cut,        ///< reset: allowed where a stream cannot go on, never a clean end
        refused,    ///< not let in
        left,       ///< by plan
        truncated,  ///< a clean end too early
    };

    /// Comes by itself, after `plan.start_after`.
    Visitor(Judge& judge, net::Loop& loop, net::Network& network, const VisitorPlan& plan);
    ~Visitor() = default;

    State state() const { return state_; }
    bool over() const { return state_ != State::waiting && state_ != State::running; }
    const VisitorPlan& plan() const { return plan_; }
    std::uint64_t received() const { return received_; }
    std::uint64_t sent() const { return sent_; }
    /// The longest time without a byte in either direction, its own pauses left out.
    Duration longest_stall() const { return longest_stall_; }
    TimePoint finished_at() const { return finished_at_; }

private:
    enum class Step : std::uint8_t { blocked, moved, over };

    void on_readable() override { pump(); }
    void on_writable() override { pump(); }
    void come();
    void take_stream(Result<std::unique_ptr<net::Stream>> result);
    void pump();
    void go_on_reading();
    Step read_some();
    Step take(Bytes bytes);
    Step take_end();
    Step write_some();
    std::uint64_t expected_bytes() const;
    std::uint64_t outgoing_bytes() const;
    void progress();
    Step end(State state);
    Step violation(std::string_view what, std::uint64_t offset);

    Judge& judge_;
    net::Loop& loop_;
    net::Network& network_;
    VisitorPlan plan_;
    State state_ = State::waiting;
    net::Timer start_;
    PacedReader reader_;
    std::unique_ptr<net::Handle> dial_;
    std::unique_ptr<net::Stream> stream_;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool shut_ = false;
    TimePoint last_progress_{};
    TimePoint finished_at_{};
    Duration longest_stall_{};
};

std::string_view to_string(Visitor::State state);

}  // namespace homeport::sim
