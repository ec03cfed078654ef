#pragma once
/// Port mappings for IPv4 and pinholes for IPv6 by the Port Control Protocol, RFC 6887. Pure, see
/// machine.hpp and gateway_machine.hpp. What the router says is believed for a mapping only with
/// its nonce. The address on the other side is known from the first mapping on.

#include "reach/portmap/gateway_machine.hpp"
#include "reach/wire/pcp.hpp"

namespace homeport::reach {

class PcpMachine final : public GatewayMachine {
public:
    PcpMachine(const GatewayOptions& options, MachineOutput& output);
    std::string memory(TimePoint now) const override;

private:
    std::vector<std::byte> map_request(const MappingWish& wish,
                                       std::uint32_t lifetime_s) const override;
    std::vector<std::byte> probe_request() const override;
    void on_answer(Bytes datagram, TimePoint now) override;
    void on_announcement(Bytes datagram, TimePoint now) override;
    void on_map(const PcpResponse& response, TimePoint now);
    void on_grant(GatewayMapping& mapping, const Endpoint& external, std::uint32_t lifetime_s,
                  TimePoint now);

    /// False: the router does not know PREFER_FAILURE.
    bool prefer_failure_;
};

}  // namespace homeport::reach
