#pragma once
/// One probe between its start and its outcome, over TCP or UDP.

#include "core/probe.hpp"
#include "net/callback.hpp"
#include "reach/probe/prober.hpp"

#include <optional>
#include <utility>

namespace homeport::reach {

class RunningProbe {
public:
    virtual ~RunningProbe() = default;
    RunningProbe(const RunningProbe&) = delete;
    RunningProbe& operator=(const RunningProbe&) = delete;

    /// May be over at once.
    virtual void start() = 0;
    bool over() const { return outcome_.has_value(); }
    /// Once over.
    ProbeOutcome take_outcome() { return std::move(*outcome_); }

protected:
    /// `on_over` is called once, from inside calls to this object: it may not destroy it.
    explicit RunningProbe(net::Callback on_over) : on_over_(on_over) {}
    /// The first outcome stands.
    void finish(ProbeOutcome outcome) {
        if (over()) return;
        outcome_ = std::move(outcome);
        on_over_();
    }

private:
    net::Callback on_over_;
    std::optional<ProbeOutcome> outcome_;
};

}  // namespace homeport::reach
