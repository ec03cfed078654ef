#pragma once
/// Knocks by datagrams and waits for the proof; or asks what should not answer, and counts.

#include "net/datagram_port.hpp"
#include "net/timer.hpp"
#include "reach/probe/running_probe.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace homeport::reach {

/// Anybody can send datagrams and forge ICMP, so only the proof ends it early; what else was heard
/// decides when nothing better has come. An exposure (ProbeCheck::ssdp, port_mapping) takes the
/// whole time, for how much comes back is what it is good for to an attacker.
class UdpProbe final : public RunningProbe {
public:
    /// `world` must outlive it.
    UdpProbe(const Prober::World& world, ProbeOrder order, net::Callback on_over);

    void start() override;

private:
    bool is_exposure() const { return only_port(order_.check).has_value(); }
    void make_question();
    void knock();
    void on_datagram(const Endpoint& from, Bytes datagram);
    void on_exposure_answer(const Endpoint& from, Bytes datagram);
    void on_fault(const Endpoint& to, const net::DatagramFault& fault);
    void give_up();
    void end(ProbeOutcome outcome);

    const Prober::World& world_;
    ProbeOrder order_;
    net::Timer knock_timer_;
    net::Timer end_timer_;
    std::unique_ptr<net::DatagramPort> port_;
    std::string knock_;  ///< or the question
    unsigned knocks_ = 0;
    std::size_t heard_bytes_ = 0;  ///< of answers of an exposure
    bool answered_ = false;        ///< from the right place, with something else
    bool refused_ = false;         ///< somebody says that nobody listens there
};

}  // namespace homeport::reach
