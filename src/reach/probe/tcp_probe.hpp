#pragma once
/// Dials, lets a Check talk, and watches the clock and the amount.

#include "net/timer.hpp"
#include "reach/probe/check.hpp"
#include "reach/probe/probe_line.hpp"
#include "reach/probe/running_probe.hpp"

#include <cstddef>
#include <memory>

namespace homeport::reach {

class TcpProbe final : public RunningProbe, private ProbeLine::User {
public:
    /// `world` must outlive it.
    TcpProbe(const Prober::World& world, ProbeOrder order, net::Callback on_over);

    void start() override;

private:
    void on_up(ProbeLine& line) override;
    void on_failed(ProbeLine& line, const Error& error) override;
    void on_bytes(ProbeLine& line, Bytes bytes) override;
    void on_end(ProbeLine& line, bool cut) override;
    void on_time();
    void step();
    void end(ProbeOutcome outcome);
    bool is_data(const ProbeLine& line) const { return &line == &data_; }

    const Prober::World& world_;
    ProbeOrder order_;
    std::unique_ptr<Check> check_;
    net::Timer timer_;
    ProbeLine control_;
    ProbeLine data_;  ///< FTP's second connection
    std::size_t read_bytes_ = 0;
};

}  // namespace homeport::reach
