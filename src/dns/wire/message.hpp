#pragma once
/// Reads any whole message, record by record: UPDATE, NOTIFY, transfers, and answers to ourselves.
/// Names come expanded, those inside rdata too (RFC 3597 section 4). Work and memory are bounded by
/// the message's length, whatever it holds.

#include "core/result.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"
#include "dns/wire/writer.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace homeport::dns {

struct MessageHeader {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;  ///< the second word, with opcode and rcode
    std::uint16_t questions = 0;
    std::array<std::uint16_t, 3> records{};  ///< per Section

    bool is_response() const { return (flags & kFlagResponse) != 0; }
    bool is_truncated() const { return (flags & kFlagTruncated) != 0; }
    Opcode opcode() const { return static_cast<Opcode>(flags >> kOpcodeShift & kOpcodeMask); }
    /// Without the upper bits, which OPT has.
    Rcode rcode() const { return static_cast<Rcode>(flags & kRcodeMask); }
};

struct Question {
    Name name;
    RrType type{};
    RrClass rr_class{};
};

struct Record {
    Section section{};
    std::size_t offset = 0;  ///< where it starts in the message
    Name owner;
    RrType type{};
    RrClass rr_class{};
    std::uint32_t ttl = 0;
    /// Without compression and, in class IN and NONE, well-formed (check_rdata); empty where UPDATE
    /// wants it so (RFC 2136 section 2.4).
    std::vector<std::byte> rdata;
};

/// A name taken out of a message: expanded octets, and where reading goes on.
struct ExpandedName {
    std::array<Octet, kMaxNameBytes> octets;
    std::size_t size = 0;
    std::size_t next = 0;

    NameView view() const { return NameView::trusted(octets.data(), size); }
};
/// Of the name at `at`, which may be compressed; `out` is fresh. Follows pointers, each of which
/// must lead in front of all that was read of this name so far, so that no name can be read twice.
/// False: broken.
bool expand_name(Bytes message, std::size_t at, ExpandedName& out);

/// Errors of all members (protocol): the message is malformed; reading stops there.
class MessageReader {
public:
    /// `message` must outlive the reader.
    static Result<MessageReader> open(Bytes message);

    const MessageHeader& header() const { return header_; }

    /// False: there are no more. Questions come first; next(Record&) skips those not read.
    Result<bool> next(Question& question);
    /// False: there are no more. Octets after the last record are an error.
    Result<bool> next(Record& record);

private:
    explicit MessageReader(Bytes message);

    Result<Name> read_name();
    Result<> read_rdata(Record& record, std::size_t end);
    bool has(std::size_t bytes) const { return message_.size() - at_ >= bytes; }
    const Octet* here() const { return octets(message_) + at_; }
    Result<> skip_questions();
    bool next_section();

    Bytes message_;
    std::size_t at_;
    MessageHeader header_;
    std::size_t questions_left_;
    std::size_t section_ = 0;
    std::size_t records_left_;
};

}  // namespace homeport::dns
