#pragma once
/// What an agent offers to publish, as it travels in ANNOUNCE and rests in the relay's store.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/service.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

struct Offer {
    std::uint32_t id = 0;  ///< unique among the agent's offers; streams name their service by it
    std::string name;
    ServiceKind kind = ServiceKind::tcp;
    std::vector<HostGlob> hosts;
    std::optional<PortRange> ports;
    std::vector<Cidr> allow;
    std::vector<Cidr> deny;
    std::string stand_in_html;
    Direct direct = Direct::never;
    friend bool operator==(const Offer&, const Offer&) = default;
};

/// The relay's answer to one offer.
struct OfferResult {
    std::uint32_t id = 0;
    bool accepted = false;
    std::string reason;  ///< for a person; empty when accepted
    friend bool operator==(const OfferResult&, const OfferResult&) = default;
};

/// The wire form of a list of offers (docs/protocol/tunnel.md, ANNOUNCE). Lists within the limits
/// of limits.hpp only.
std::vector<std::byte> encode_offers(const std::vector<Offer>& offers);
Result<std::vector<Offer>> decode_offers(Bytes bytes);

std::vector<std::byte> encode_offer_results(const std::vector<OfferResult>& results);
Result<std::vector<OfferResult>> decode_offer_results(Bytes bytes);

/// Whether the grants allow the offer; the error names the first host or port that is not granted.
Result<> check_grants(const Offer& offer, const Grants& grants);

}  // namespace homeport::tunnel
