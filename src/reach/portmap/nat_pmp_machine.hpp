#pragma once
/// Port mappings by the NAT Port Mapping Protocol, RFC 6886: IPv4 only. Pure, see machine.hpp and
/// gateway_machine.hpp. Asks for the router's address as well, at the start and after news.

#include "reach/portmap/gateway_machine.hpp"
#include "reach/wire/nat_pmp.hpp"

namespace homeport::reach {

class NatPmpMachine final : public GatewayMachine {
public:
    /// Requires addresses of IPv4.
    NatPmpMachine(const GatewayOptions& options, MachineOutput& output);

private:
    std::vector<std::byte> map_request(const MappingWish& wish,
                                       std::uint32_t lifetime_s) const override;
    std::vector<std::byte> probe_request() const override;
    void on_answer(Bytes datagram, TimePoint now) override;
    void on_announcement(Bytes datagram, TimePoint now) override;
    void on_address(const NatPmpResponse& response, TimePoint now);
    void on_map(const NatPmpResponse& response, TimePoint now);
};

}  // namespace homeport::reach
