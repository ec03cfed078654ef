#include "reach/service/hop_probe.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace homeport::reach {
namespace {

using Kind = net::DatagramFault::Kind;

/// Routers quote the first octets of what they dropped; there need not be more than a few.
constexpr std::array<std::byte, 8> kPayload{};

}  // namespace

HopProbe::HopProbe(net::Loop& loop, net::Network& network, const IpAddress& target,
                   const IpAddress& source, Done done)
    : loop_(loop),
      network_(network),
      target_(target),
      source_(source),
      done_(std::move(done)),
      timer_(loop.timers(), net::call<&HopProbe::on_time>(this)) {}

Result<> HopProbe::start() {
    net::DatagramPortOptions options;
    options.on_fault = [this](const Endpoint& to, const net::DatagramFault& fault) {
        on_fault(to, fault);
    };
    const IpAddress any = target_.is_v4() ? IpAddress::v4({}) : IpAddress::v6({});
    const Endpoint local{source_.is_unspecified() ? any : source_, 0};
    auto port = network_.open_datagrams(local, options, [](const Endpoint&, Bytes) {});
    if (!port) return std::unexpected(port.error());
    port_ = std::move(*port);
    send_round();
    return {};
}

/// A port tells which datagram a report is about.
void HopProbe::send_round() {
    const auto first = kProbePort + rounds_ * kProbeHops;
    for (std::size_t hop = 0; hop < kProbeHops; ++hop) {
        if (hops_[hop]) continue;
        const Endpoint to{target_, static_cast<std::uint16_t>(first + hop)};
        // One that cannot be sent is as good as lost.
        std::ignore = port_->send_with_hops(to, kPayload, static_cast<unsigned>(hop + 1));
    }
    ++rounds_;
    timer_.arm(loop_.now() + kProbeTime);
}

void HopProbe::on_fault(const Endpoint& to, const net::DatagramFault& fault) {
    const bool passing = fault.kind == Kind::hop_limit;
    const bool arrived = fault.kind == Kind::port_unreachable && fault.reporter == target_;
    const bool ours = to.address == target_ && to.port >= kProbePort &&
                      to.port < kProbePort + rounds_ * kProbeHops;
    if (!ours || !(passing || arrived) || fault.reporter.is_unspecified()) return;
    auto& hop = hops_[(to.port - kProbePort) % kProbeHops];
    if (!hop) hop = fault.reporter;
    if (std::ranges::all_of(hops_, [](const auto& one) { return one.has_value(); })) finish();
}

void HopProbe::on_time() {
    if (rounds_ == kProbeTries) return finish();
    send_round();
}

void HopProbe::finish() {
    timer_.cancel();
    port_.reset();
    Done done = std::move(done_);
    done(std::move(hops_));
}

}  // namespace homeport::reach
