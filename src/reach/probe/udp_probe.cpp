#include "reach/probe/udp_probe.hpp"

#include "reach/probe/exposure.hpp"
#include "reach/probe/limits.hpp"
#include "reach/probe/proof_check.hpp"
#include "reach/wire/knock.hpp"

#include <utility>

namespace homeport::reach {

UdpProbe::UdpProbe(const Prober::World& world, ProbeOrder order, net::Callback on_over)
    : RunningProbe(on_over),
      world_(world),
      order_(std::move(order)),
      knock_timer_(world.loop.timers(), net::call<&UdpProbe::knock>(this)),
      end_timer_(world.loop.timers(), net::call<&UdpProbe::give_up>(this)) {}

void UdpProbe::start() {
    make_question();
    if (knock_.empty()) return end({ProbeResult::untested, "this cannot be tried over UDP"});
    const IpAddress any = order_.to.address.is_v4() ? IpAddress() : IpAddress::v6({});
    net::DatagramPortOptions options;
    options.on_fault = [this](const Endpoint& to, const net::DatagramFault& fault) {
        on_fault(to, fault);
    };
    auto port = world_.network.open_datagrams(
        {any, 0}, options,
        [this](const Endpoint& from, Bytes datagram) { on_datagram(from, datagram); });
    if (!port) return end({ProbeResult::untested, port.error().what});
    port_ = std::move(*port);
    end_timer_.arm(world_.loop.now() + kUdpProbeTime);
    knock();
}

void UdpProbe::make_question() {
    if (order_.check != ProbeCheck::proof) {
        knock_ = exposure_question(order_.check, order_.to);
        return;
    }
    CheckSeed seed;
    world_.entropy.fill(seed);
    knock_ = knock_of(seed);
}

/// A datagram that the kernel does not take counts as lost.
void UdpProbe::knock() {
    if (over() || (is_exposure() && (answered_ || heard_bytes_ > 0))) return;
    (void)port_->send(order_.to, as_bytes(knock_));
    const bool again = ++knocks_ < (is_exposure() ? kExposureQuestions : kUdpKnocks);
    if (!again) return;
    knock_timer_.arm(world_.loop.now() + (is_exposure() ? kExposurePause : kUdpKnockPause));
}

void UdpProbe::on_datagram(const Endpoint& from, Bytes datagram) {
    if (over()) return;
    if (is_exposure()) return on_exposure_answer(from, datagram);
    if (from != order_.to) return;
    answered_ = true;
    if (is_proof(datagram, order_.token, as_bytes(knock_), true, order_.to.port))
        end({ProbeResult::arrived, ""});
}

/// Devices answer a search from a port of their own choice.
void UdpProbe::on_exposure_answer(const Endpoint& from, Bytes datagram) {
    if (from.address != order_.to.address) return;
    if (is_exposure_answer(order_.check, datagram)) {
        heard_bytes_ += datagram.size();
    } else if (from == order_.to) {
        answered_ = true;
    }
    if (heard_bytes_ > kMaxProbeBytes) give_up();
}

void UdpProbe::on_fault(const Endpoint& to, const net::DatagramFault& fault) {
    if (to == order_.to && fault.kind == net::DatagramFault::Kind::port_unreachable)
        refused_ = true;
}

void UdpProbe::give_up() {
    const std::string to = order_.to.to_string();
    if (heard_bytes_ > 0) {
        return end({ProbeResult::arrived, "answer " + std::to_string(heard_bytes_) + " bytes to " +
                                              std::to_string(knocks_ * knock_.size())});
    }
    if (answered_)
        return end({ProbeResult::somebody_else, to + " answers, but not with what was asked for"});
    if (refused_) return end({ProbeResult::refused, "nobody listens at UDP port " + to});
    end({ProbeResult::nothing, "no answer from UDP port " + to});
}

void UdpProbe::end(ProbeOutcome outcome) {
    knock_timer_.cancel();
    end_timer_.cancel();
    finish(std::move(outcome));
}

}  // namespace homeport::reach
