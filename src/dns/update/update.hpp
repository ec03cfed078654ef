#pragma once
/// Dynamic updates (RFC 2136): a message in, what it changes of the zone out. The zone itself is
/// changed by its one writer; all of the changes, or none.

#include "dns/update/scratch_zone.hpp"
#include "dns/update/update_policy.hpp"
#include "dns/wire/message.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::dns {

struct UpdateResult {
    Rcode rcode = Rcode::no_error;
    /// For the log: what was refused; empty with NOERROR.
    std::string why;
    /// What differs from the zone, to be made in this order; only with NOERROR. Empty: nothing.
    std::vector<SetChange> changes;
};

/// Names that follow something else than updates, a home for example: changing them is refused.
using ProtectedName = std::function<bool(NameView)>;

/// `packet` is a whole request with opcode UPDATE; who sent it is known (`policy` is theirs), and
/// TSIG may still be at its end. `zone` is the one whose apex is the name in its zone section; null
/// (or another) if it is not ours. A serial in the changes is what the update wants; a new one for
/// what the others change is left to the caller (RFC 2136 section 3.6).
UpdateResult apply_update(Bytes packet, const std::shared_ptr<const Zone>& zone,
                          const UpdatePolicy& policy, const ProtectedName& is_protected);

}  // namespace homeport::dns
