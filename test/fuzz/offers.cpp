/// ANNOUNCE of a paired but hostile agent, ANNOUNCED of a hostile relay: what is accepted must obey
/// the limits and come out of the codec unchanged.

#include "core/assert.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/offer.hpp"

#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::tunnel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input = std::as_bytes(std::span(data, size));
    if (const auto offers = decode_offers(input)) {
        HOMEPORT_ASSERT(offers->size() <= kMaxOffers);
        for (const Offer& offer : *offers) {
            HOMEPORT_ASSERT(!offer.name.empty() && offer.name.size() <= kMaxNameBytes);
            HOMEPORT_ASSERT(offer.hosts.size() <= kMaxHostsPerOffer);
            const bool by_host = offer.kind == ServiceKind::http || offer.kind == ServiceKind::tls;
            HOMEPORT_ASSERT(by_host != offer.ports.has_value());
            HOMEPORT_ASSERT(!by_host || !offer.hosts.empty());
            HOMEPORT_ASSERT(offer.kind != ServiceKind::ftp || offer.direct == Direct::only);
            HOMEPORT_ASSERT(!check_grants(offer, {}));
        }
        const auto again = decode_offers(encode_offers(*offers));
        HOMEPORT_ASSERT(again && *again == *offers);
    }
    if (const auto results = decode_offer_results(input)) {
        const auto again = decode_offer_results(encode_offer_results(*results));
        HOMEPORT_ASSERT(again && *again == *results);
    }
    return 0;
}
