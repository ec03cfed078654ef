#pragma once
/// Signs zones when they change: DNSKEY, CDS and CDNSKEY at the apex, the chain of NSEC, and the
/// RRSIGs of everything that the zone answers for. The signed records are ordinary edits of a
/// ZoneEditor, so one commit() publishes data and signatures together. Pure: the time is given.
///
/// Serials are left alone: give SOA its new one before sign().
/// NSEC records take the negative TTL of the SOA (RFC 9077) when they are made; those that stand
/// follow a change of it when they are refreshed.

#include "core/time.hpp"
#include "dns/sign/zone_key.hpp"
#include "dns/zone/zone_editor.hpp"

#include <cstddef>
#include <optional>

namespace homeport::dns {

/// After an error an editor is half signed: throw it away. Errors: invalid (the zone has no SOA, or
/// records in it that only signing may add), limit (a name has no room for them, limits.hpp of
/// dns/zone), io (no entropy).
class ZoneSigner {
public:
    explicit ZoneSigner(ZoneKey key) : key_(std::move(key)) {}

    const ZoneKey& key() const { return key_; }

    /// Brings up to date what the pending edits touch; the whole zone when its signing has not
    /// begun. An edit costs what it touches: its sets, its NSEC and the one before it, and all
    /// below a delegation that comes or goes.
    Result<> sign(ZoneEditor& editor, UnixSeconds now);

    /// Walks over the zone and signs what expires within kRefreshBefore, or is not signed yet: a
    /// zone may have its first signatures this way, slice by slice, with edits and sign() between.
    /// Starts behind `cursor`, or at the apex when it is empty, and ends about when `budget`
    /// signatures (1 or more) are made or kNamesPerSignature times as many names seen. `cursor` is
    /// then where to go on; empty: the whole zone has been seen. Gives the number of signatures
    /// made; if any, the zone wants a new serial and sign() before it is committed. Requires an
    /// editor whose edits, if any, are signed.
    Result<std::size_t> refresh(ZoneEditor& editor, UnixSeconds now, std::size_t budget,
                                std::optional<Name>& cursor);

private:
    ZoneKey key_;
};

}  // namespace homeport::dns
