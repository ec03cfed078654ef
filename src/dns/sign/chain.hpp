#pragma once
/// The chain of NSEC records (RFC 4034 section 4, RFC 4035 section 2.3): which names are in it, in
/// which order, and what their NSEC says. Reads a zone that is being edited.

#include "dns/zone/zone.hpp"

#include <optional>
#include <vector>

namespace homeport::dns {

/// Has data of its own, an NSEC is none, and is not below a delegation.
bool is_chained(const ZoneNode& node);
/// The set gets signatures. At a delegation only what the parent zone answers for does. Requires a
/// node in the chain.
bool is_signed_type(const ZoneNode& node, RrType type);

/// The next in the chain; the apex follows the last. Requires that `node` is one of `nodes`, in the
/// chain. Does not walk over what is below a delegation.
const ZoneNode& chain_after(const Zone::Nodes& nodes, const ZoneNode& node);
/// The last in the chain that sorts before `name`, which need not be there; the apex if there is
/// none. Requires that the apex is in the chain.
const ZoneNode& chain_before(const Zone::Nodes& nodes, NameView name);
/// The least name in the zone that sorts behind `name` and all names below it.
std::optional<Name> least_behind(NameView name, NameView apex);

/// Rdata of the node's NSEC; the bitmap names what has signatures, and NS at a delegation.
std::vector<std::byte> nsec_rdata(const ZoneNode& node, NameView next);

}  // namespace homeport::dns
