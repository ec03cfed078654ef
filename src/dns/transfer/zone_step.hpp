#pragma once
/// What made one serial of a zone into the next: immutable, shared by the history and the transfers
/// that tell of it. It holds the nodes that changed, not the zones.

#include "dns/wire/rdata.hpp"
#include "dns/zone/zone_editor.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace homeport::dns {

struct ZoneStep {
    std::uint32_t before = 0;  ///< serial
    std::uint32_t after = 0;   ///< serial
    /// In the order of ZoneUpdate.
    std::vector<RrsetChange> changes;
    std::size_t soa_at = 0;           ///< the SOA among them
    std::uint64_t wire_octets = 0;    ///< of the records to tell of, without compression
    std::uint64_t memory_octets = 0;  ///< held by it, about

    const RrsetChange& soa() const { return changes[soa_at]; }
};

/// Each begins with the serial that the one before it ends with.
using ZoneSteps = std::vector<std::shared_ptr<const ZoneStep>>;

}  // namespace homeport::dns
