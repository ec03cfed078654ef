#pragma once
/// A zone while one update is tried on it: the sets that were touched, and the zone for the rest.
/// Adding or removing a record costs the logarithm of its set; the zone is not copied.

#include "core/result.hpp"
#include "dns/wire/rrset.hpp"
#include "dns/zone/zone.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace homeport::dns {

/// The whole set that shall stand at a name from now on; no records: none.
struct SetChange {
    Name owner;
    RrType type{};
    std::uint32_t ttl = 0;  ///< seconds
    RdataList records;
};

/// Rdata that is given has been checked, but for removing.
class ScratchZone {
public:
    explicit ScratchZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}

    bool has_set(NameView owner, RrType type) const;
    std::size_t count(NameView owner, RrType type);
    bool has_record(NameView owner, RrType type, Bytes rdata);
    /// Of sets that are there now.
    std::vector<RrType> types(NameView owner) const;
    std::uint32_t soa_serial();

    /// One record more, or in the place of an equal one. Its TTL becomes that of the set
    /// (RFC 2181 section 5.2).
    void add(NameView owner, RrType type, std::uint32_t ttl, Bytes rdata);
    void remove_set(NameView owner, RrType type);
    void remove_record(NameView owner, RrType type, Bytes rdata);

    /// Of the zone, in the sets looked into so far.
    std::size_t touched_records() const { return touched_records_; }

    /// What differs from the zone in the end: first what goes, then what comes, so that ZoneEditor
    /// takes it in this order. Errors: those of ZoneEditor, which refuses the outcome.
    Result<std::vector<SetChange>> changes() const;

private:
    struct Set {
        std::uint32_t ttl = 0;
        std::map<std::vector<std::byte>, std::vector<std::byte>> records;  ///< by canonical form
    };
    using Sets = std::map<RrType, Set>;

    const Set* touched(NameView owner, RrType type) const;
    Set& touch(NameView owner, RrType type);

    std::shared_ptr<const Zone> zone_;
    std::map<Name, Sets, CanonicalLess> touched_;
    std::size_t touched_records_ = 0;
};

}  // namespace homeport::dns
