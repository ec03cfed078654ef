#pragma once
/// One virtual world: a clock that jumps from event to event, one queue ordered by (time,
/// sequence), one seeded generator, and a hash over everything that happened. The same seed and the
/// same calls give the same hash on every machine.

#include "core/time.hpp"
#include "net/callback.hpp"
#include "sim/world/limits.hpp"
#include "sim/world/random.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::sim {

/// Thrown by run_for() and run_until() when an invariant broke; the message has seed and virtual
/// time.
class SimulationFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Liberties that the contract of src/net gives an implementation; each is a probability per call.
/// All zero: whole reads and writes, and never an edge too many.
struct Quirks {
    double partial = 0;   ///< read() or write() moves a random part only
    double again = 0;     ///< read() or write() answers `again` though it could move bytes
    double spurious = 0;  ///< an edge comes though nobody waits for it
    double late_posts =
        0;  ///< posted tasks run after all I/O of the wake-up, not after the callback
    bool shuffle = false;         ///< edges of one wake-up come in random order
    bool reset_discards = false;  ///< a reset throws away what was received but not read
    Duration wake_delay{};        ///< a host runs up to this long after it could
};

/// Something that is woken: the run loop of a host.
class Guest {
public:
    /// kNever: nothing to do.
    virtual TimePoint wake_at() const = 0;
    virtual void wake() = 0;

protected:
    ~Guest() = default;
};

class Simulation {
public:
    explicit Simulation(std::uint64_t seed);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    std::uint64_t seed() const { return seed_; }
    TimePoint now() const { return now_; }
    /// Virtual time since the start.
    Duration elapsed() const { return now_.time_since_epoch(); }
    Random& random() { return random_; }
    Quirks& quirks() { return quirks_; }

    /// Runs `task` at `when` (now, if that has passed), outside of every host.
    void at(TimePoint when, net::Task task);
    void after(Duration delay, net::Task task) { at(now_ + delay, std::move(task)); }

    /// Guests must outlive the simulation's last run.
    void add_guest(Guest& guest) { guests_.push_back(&guest); }

    void run_for(Duration duration);
    /// Runs until `done` holds (checked after every step), at most `limit`; returns whether it
    /// holds.
    bool run_until(const std::function<bool()>& done, Duration limit);
    /// Runs after every step; reports a broken invariant by fail().
    void on_step(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }
    /// Ends the run with SimulationFailure after this step. The first message counts.
    void fail(std::string message);
    void set_step_limit(std::uint64_t steps) { step_limit_ = steps; }

    /// Adds an event to the hash, and tells the sink when there is one.
    void trace(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
    std::uint64_t trace_hash() const { return hash_; }
    using TraceSink =
        std::function<void(TimePoint, std::string_view what, std::uint64_t a, std::uint64_t b)>;
    void set_trace_sink(TraceSink sink) { sink_ = std::move(sink); }
    bool traced() const { return sink_ != nullptr; }
    /// For the reader of a trace; not part of its hash.
    void note(std::string_view text) { sink_(now_, text, 0, 0); }
    std::uint64_t steps() const { return steps_; }

private:
    struct Event {
        TimePoint at;
        std::uint64_t sequence;
        net::Task task;
    };
    static bool later(const Event& left, const Event& right);

    bool step(TimePoint limit);
    TimePoint next_time() const;
    void run_event();
    void wake_a_guest();
    void guard_against_live_lock();
    void throw_if_failed();

    std::uint64_t seed_;
    TimePoint now_{};
    Random random_;
    Quirks quirks_;
    std::vector<Event> events_;
    std::uint64_t sequence_ = 0;
    std::vector<Guest*> guests_;
    std::vector<std::function<void()>> hooks_;
    std::string failure_;
    std::uint64_t hash_ = 0xcbf29ce484222325u;
    TraceSink sink_;
    std::uint64_t steps_ = 0;
    std::uint64_t step_limit_ = kMaxSteps;
    TimePoint window_start_{};
    std::uint64_t window_steps_ = 0;
};

}  // namespace homeport::sim
