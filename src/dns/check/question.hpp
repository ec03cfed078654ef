#pragma once
/// A question to a server and its reply on the wire. Pure.

#include "core/result.hpp"
#include "dns/wire/message.hpp"

#include <cstdint>
#include <vector>

namespace homeport::dns::check {

struct Ask {
    Name name;
    RrType type{};
    bool recursion = false;  ///< RD: of resolvers only
};

/// Room for every question.
inline constexpr std::size_t kQuestionBytes = kHeaderBytes + kMaxNameBytes + 4 + kOptBytes;

/// Writes `ask` with OPT (RFC 6891, kMaxUdpBytes) to `out`, which has kQuestionBytes.
Bytes write_ask(std::uint16_t id, const Ask& ask, MutableBytes out);

struct Reply {
    Rcode rcode{};  ///< with the bits of OPT
    bool authoritative = false;
    bool truncated = false;  ///< then without records
    /// Class IN, without OPT.
    std::vector<Record> records;
};

/// Errors: not_found (a message that is not the reply to this question: to be ignored), protocol
/// (the reply, but malformed).
Result<Reply> read_reply(Bytes message, std::uint16_t id, const Ask& ask);

}  // namespace homeport::dns::check
