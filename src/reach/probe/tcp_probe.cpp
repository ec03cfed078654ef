#include "reach/probe/tcp_probe.hpp"

#include "reach/probe/limits.hpp"

#include <string>
#include <utility>

namespace homeport::reach {
namespace {

/// What failed here (no right, no descriptor) says nothing about the far end.
ProbeOutcome dial_outcome(const Error& error) {
    switch (error.code) {
    case Errc::refused:
    case Errc::reset:
        return {ProbeResult::refused, error.what};
    case Errc::unreachable:
    case Errc::timed_out:
        return {ProbeResult::nothing, error.what};
    default:
        return {ProbeResult::untested, error.what};
    }
}

}  // namespace

TcpProbe::TcpProbe(const Prober::World& world, ProbeOrder order, net::Callback on_over)
    : RunningProbe(on_over),
      world_(world),
      order_(std::move(order)),
      timer_(world.loop.timers(), net::call<&TcpProbe::on_time>(this)),
      control_(world.loop, world.network, *this),
      data_(world.loop, world.network, *this) {}

void TcpProbe::start() {
    CheckSeed seed;
    world_.entropy.fill(seed);
    auto check = make_check(order_, seed);
    if (!check) return end({ProbeResult::untested, check.error().what});
    check_ = std::move(*check);
    timer_.arm(world_.loop.now() + kProbeOrderTime);
    control_.dial(order_.to);
}

void TcpProbe::on_up(ProbeLine& line) {
    is_data(line) ? check_->on_data_connected() : check_->on_connected();
    step();
}

void TcpProbe::on_failed(ProbeLine& line, const Error& error) {
    if (!is_data(line)) return end(dial_outcome(error));
    check_->on_data_failed(dial_outcome(error));
    step();
}

void TcpProbe::on_bytes(ProbeLine& line, Bytes bytes) {
    read_bytes_ += bytes.size();
    is_data(line) ? check_->on_data_bytes(bytes) : check_->on_bytes(bytes);
    if (read_bytes_ >= kMaxProbeBytes) check_->on_too_much();
    step();
}

void TcpProbe::on_end(ProbeLine& line, bool cut) {
    is_data(line) ? check_->on_data_end(cut) : check_->on_end(cut);
    step();
}

void TcpProbe::on_time() {
    if (!control_.up()) {
        return end({ProbeResult::nothing, "no answer from " + order_.to.to_string()});
    }
    check_->on_silence();
    step();
}

/// The last words (QUIT) go out as far as the socket takes them at once, which is all of them.
void TcpProbe::step() {
    if (over()) return;
    control_.send(check_->take_output());
    if (const auto port = check_->take_data_port()) data_.dial({order_.to.address, *port});
    if (check_->outcome()) end(*check_->outcome());
}

void TcpProbe::end(ProbeOutcome outcome) {
    timer_.cancel();
    control_.stop();
    data_.stop();
    finish(std::move(outcome));
}

}  // namespace homeport::reach
