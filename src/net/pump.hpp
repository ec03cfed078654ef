#pragma once
/// Copies bytes both ways between a kernel-side stream ("outer": a visitor, or the target at home)
/// and a stream through the tunnel ("inner") until both directions are finished or one of them
/// failed.
///
/// An end travels as an end (half-close), direction by direction. An error of either side resets
/// both, so that nobody takes a cut transfer for a complete one. At most `kPumpTurnBytes` are moved
/// per direction and turn; the rest follows after the other guests of the loop had theirs.

#include "core/chunk.hpp"
#include "net/callback.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <memory>

namespace homeport::net {

/// Bytes per direction before a pump lets others run.
inline constexpr std::size_t kPumpTurnBytes = 256 * 1024;

/// Posts a callback that is not called any more once the Continuation is gone; posting twice before
/// the call counts once. Allocates only when it is used.
class Continuation {
public:
    explicit Continuation(Callback callback) : callback_(callback) {}
    Continuation(const Continuation&) = delete;
    Continuation& operator=(const Continuation&) = delete;

    void post(Loop& loop);
    bool pending() const { return pending_; }

private:
    Callback callback_;
    std::shared_ptr<Continuation*> self_;
    bool pending_ = false;
};

/// Remembers the edges of one stream: a flag is true while trying is worth while. The user clears a
/// flag when the stream answered `again`; the edge sets it and wakes him.
class Edges final : public StreamHandler {
public:
    explicit Edges(Callback wake) : wake_(wake) {}

    bool readable = true;
    bool writable = true;

    void on_readable() override;
    void on_writable() override;

private:
    Callback wake_;
};

class Pump {
public:
    /// Byte counts that are kept up while the pump runs; must outlive it.
    struct Counters {
        std::uint64_t* in = nullptr;   ///< outer to inner
        std::uint64_t* out = nullptr;  ///< inner to outer
    };

    /// Takes both streams over and gives them up (closing what is open) when it is destroyed.
    /// `on_done` is called once, from the loop and never from start(); it may destroy the pump.
    Pump(Loop& loop, std::unique_ptr<Stream> outer, std::unique_ptr<BufferedStream> inner,
         Callback on_done);
    ~Pump();
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    /// Bytes that go first: read from the outer (inner) side before the pump got it. Before
    /// start().
    void lead_in(SliceQueue bytes) { in_.lead = std::move(bytes); }
    void lead_out(SliceQueue bytes) { out_.lead = std::move(bytes); }
    void count_into(Counters counters) { counters_ = counters; }
    /// Moves what can be moved now and goes on by itself.
    void start();

    /// After `on_done`: it ended by an error, and both streams were reset.
    bool failed() const { return failed_; }
    /// Bytes outer to inner, and inner to outer.
    std::uint64_t bytes_in() const { return in_.bytes; }
    std::uint64_t bytes_out() const { return out_.bytes; }
    Stream& outer() { return *outer_; }
    BufferedStream& inner() { return *inner_; }

private:
    struct Direction {
        SliceQueue lead;
        std::uint64_t bytes = 0;
        bool done = false;
    };

    void turn();
    void run();
    bool settled() const { return failed_ || (in_.done && out_.done); }
    bool move_in(std::size_t max_bytes);
    bool move_out(std::size_t max_bytes);
    bool send_lead(Direction& direction, Stream& sink, Edges& edges, std::uint64_t* counter);
    void count(Direction& direction, std::uint64_t* counter, std::size_t bytes);
    void fail_both();

    Loop& loop_;
    std::unique_ptr<Stream> outer_;
    std::unique_ptr<BufferedStream> inner_;
    Callback on_done_;
    Edges outer_edges_;
    Edges inner_edges_;
    Continuation again_;
    Direction in_;
    Direction out_;
    Counters counters_;
    bool failed_ = false;
    bool reported_ = false;
};

}  // namespace homeport::net
