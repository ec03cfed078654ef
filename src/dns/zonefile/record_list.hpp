#pragma once
/// The records of a text in wire form, in the order of the text: packed, because a zone may have
/// millions.

#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace homeport::dns {

/// A view into a RecordList.
struct TextRecord {
    NameView owner;
    RrType type{};
    std::uint32_t ttl = 0;  ///< seconds
    std::size_t line = 1;
    Bytes rdata;
};

class RecordList {
public:
    /// Requires rdata of at most 65535 octets. False: the list would hold more than kMaxZoneOctets.
    bool add(const TextRecord& record);
    /// Brings the records of each set together; those of one set stay in their order.
    void group();

    std::size_t size() const { return entries_.size(); }
    /// Valid until the next add().
    TextRecord operator[](std::size_t index) const { return view(entries_[index]); }

private:
    struct Entry {
        std::uint32_t owner_at;
        std::uint32_t rdata_at;
        std::uint32_t ttl;
        std::uint32_t line;
        std::uint16_t rdata_bytes;
        std::uint16_t type;
        std::uint8_t owner_bytes;
    };
    TextRecord view(const Entry& entry) const;
    NameView owner_of(const Entry& entry) const;

    std::vector<Entry> entries_;
    std::string octets_;
};

}  // namespace homeport::dns
