#pragma once
/// The log of a simulated program goes to the trace, for whoever replays a seed.

#include "core/log.hpp"
#include "sim/world/simulation.hpp"

namespace homeport::sim {

class TraceLog final : public Log {
public:
    TraceLog(Simulation& simulation, std::string_view host)
        : simulation_(simulation), host_(host) {}

    bool enabled(Level) const override { return simulation_.traced(); }
    void write(Level, std::string_view event, std::initializer_list<Field> fields) override {
        if (simulation_.traced()) simulation_.note(host_ + ": " + format_log_line(event, fields));
    }

private:
    Simulation& simulation_;
    std::string host_;
};

}  // namespace homeport::sim
