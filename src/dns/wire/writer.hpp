#pragma once
/// Writes an answer into a given buffer: the question echoed, sets of records with compressed
/// names, OPT at the end. A set goes in whole or not at all. No allocation.

#include "dns/wire/query.hpp"
#include "dns/wire/rrset.hpp"

#include <array>
#include <cstdint>

namespace homeport::dns {

enum class Section : std::uint8_t { answer = 0, authority = 1, additional = 2 };

/// OPT of the answer (RFC 6891). The views must live until finish().
struct OptRecord {
    std::uint16_t payload_bytes = kMaxUdpBytes;  ///< what we take
    bool dnssec_ok = false;
    Bytes options;  ///< in wire form, for example COOKIE; at most kMaxOptionBytes
};
inline constexpr std::size_t kMaxOptionBytes = 128;
/// Header, the longest question and OPT.
inline constexpr std::size_t kLeastAnswerBytes =
    kHeaderBytes + kMaxNameBytes + 4 + kOptBytes + kMaxOptionBytes;

/// Where names stand in a message, for compression (RFC 1035 section 4.1.4). Case is ignored.
class NameTable {
public:
    /// Forgets everything. `message` is the start of the message.
    void reset(const Octet* message) {
        message_ = message;
        count_ = 0;
    }
    std::size_t mark() const { return count_; }
    /// Forgets what came after the mark.
    void rewind(std::size_t mark) { count_ = mark; }

    struct Match {
        std::size_t kept = 0;      ///< octets of the name to be written in full
        std::uint16_t offset = 0;  ///< where the rest stands; 0: nowhere
    };
    /// The longest known suffix of `name`, which is about to be written at `at`; its unknown
    /// suffixes are remembered.
    Match match_and_add(NameView name, std::size_t at);
    /// Remembers the suffixes of a name that stands at `at`.
    void add(NameView name, std::size_t at) { match_and_add(name, at); }

private:
    struct Entry {
        std::uint32_t hash;
        std::uint16_t offset;
    };
    const Entry* find(std::uint32_t hash, NameView suffix) const;
    bool stands_at(std::size_t offset, NameView suffix) const;

    const Octet* message_ = nullptr;
    std::size_t count_ = 0;
    std::array<Entry, kMaxRememberedNames> entries_;
};

class MessageWriter {
public:
    /// `buffer` has at least kMinUdpBytes and outlives the writer.
    explicit MessageWriter(MutableBytes buffer);

    /// Starts the answer to `query`, which must live until finish(): header with QR, id, opcode, RD
    /// and CD as they came, the question as it came. At most `limit_bytes` (kLeastAnswerBytes to
    /// the size of the buffer) will be written.
    void begin(const Query& query, std::size_t limit_bytes);
    /// finish() shall write this OPT; its room is kept from now on.
    void reserve_opt(const OptRecord& opt);

    /// Adds the records of the set and, when asked, the RRSIGs over it, all with `ttl` seconds.
    /// Sections come in their order. False: it does not fit, and nothing was added. An `owner` that
    /// is the query's own view of its name costs least.
    bool add(Section section, NameView owner, const RrsetView& set, std::uint32_t ttl,
             bool signatures);
    bool add(Section section, NameView owner, const RrsetView& set, bool signatures) {
        return add(section, owner, set, set.ttl, signatures);
    }

    void set_rcode(Rcode rcode) { rcode_ = rcode; }
    void set_authoritative() { flags_ |= kFlagAuthoritative; }
    void set_truncated() { flags_ |= kFlagTruncated; }
    Rcode rcode() const { return rcode_; }
    bool truncated() const { return (flags_ & kFlagTruncated) != 0; }

    /// Takes all records back; question, flags and the room for OPT stay.
    void drop_records();

    /// Completes the message: counts, flags, OPT. An rcode above 15 needs OPT.
    Bytes finish();

private:
    struct Mark {
        Octet* at;
        std::size_t names;
        std::uint16_t count;
    };

    bool add_records(NameView owner, RrType type, std::uint32_t ttl, PackedRdata records,
                     Section section);
    bool write_record(NameView owner, RrType type, std::uint32_t ttl, Bytes rdata);
    bool write_rdata_with_names(RrType type, Bytes rdata);
    bool write_owner(NameView owner);
    bool write_pointer(std::uint16_t offset);
    bool write_name(NameView name);
    bool write_raw(Bytes bytes);
    void write_opt();
    std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
    std::size_t used() const { return static_cast<std::size_t>(at_ - start_); }

    Octet* start_;
    std::size_t size_;
    Octet* at_;
    Octet* end_;  ///< of what records may fill
    const Query* query_ = nullptr;
    std::uint16_t flags_ = 0;
    Rcode rcode_ = Rcode::no_error;
    std::array<std::uint16_t, 3> counts_{};
    OptRecord opt_;
    bool with_opt_ = false;
    bool question_known_ = false;  ///< its name is in the table
    std::uint16_t owner_at_ = 0;   ///< where the owner of the set being added stands; 0: nowhere
    NameTable names_;
};

}  // namespace homeport::dns
