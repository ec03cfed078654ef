#include "dns/check/question.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <array>

namespace homeport::dns::check {
namespace {

std::unexpected<Error> not_ours(std::string_view why) {
    return fail(Errc::not_found, "not the reply: " + std::string(why));
}

/// A server that understood nothing may leave the question out (RFC 1035 section 4.1.1, FORMERR).
Result<> check_question(MessageReader& reader, const Ask& ask) {
    const MessageHeader& header = reader.header();
    if (header.questions == 0 && header.rcode() != Rcode::no_error) return {};
    if (header.questions != 1) return not_ours("not one question");
    Question question;
    const auto read = reader.next(question);
    if (!read) return not_ours(read.error().what);
    const bool same =
        question.name == ask.name && question.type == ask.type && question.rr_class == RrClass::in;
    return same ? Result<>() : not_ours("another question");
}

/// RFC 6891 section 6.1.3: the upper eight bits.
Rcode extended(Rcode rcode, const Record& opt) {
    const unsigned upper = opt.ttl >> 24 << 4;
    return static_cast<Rcode>(upper | static_cast<unsigned>(rcode));
}

Result<> read_records(MessageReader& reader, Reply& reply) {
    Record record;
    while (true) {
        const auto read = reader.next(record);
        if (!read) return std::unexpected(read.error());
        if (!*read) return {};
        if (record.type == RrType::opt) {
            reply.rcode = extended(reader.header().rcode(), record);
        } else if (record.rr_class == RrClass::in) {
            reply.records.push_back(std::move(record));
        }
    }
}

}  // namespace

/// RFC 1035 section 4.1, RFC 6891 section 6.1.2.
Bytes write_ask(std::uint16_t id, const Ask& ask, MutableBytes out) {
    HOMEPORT_ASSERT(out.size() >= kQuestionBytes);
    Octet* const start = reinterpret_cast<Octet*>(out.data());
    Octet* at = store_u16(start, id);
    at = store_u16(at, ask.recursion ? kFlagRecursionDesired : 0);
    constexpr std::array<std::uint16_t, 4> kCounts{1, 0, 0, 1};  // a question, and OPT
    for (const std::uint16_t count : kCounts) at = store_u16(at, count);
    const NameView name = ask.name.view();
    at = std::copy_n(name.data(), name.size(), at);
    at = store_u16(at, static_cast<std::uint16_t>(ask.type));
    at = store_u16(at, static_cast<std::uint16_t>(RrClass::in));
    *at++ = 0;  // OPT stands at the root
    at = store_u16(at, static_cast<std::uint16_t>(RrType::opt));
    at = store_u16(at, kMaxUdpBytes);
    at = store_u32(at, 0);
    at = store_u16(at, 0);
    return Bytes(out).first(static_cast<std::size_t>(at - start));
}

Result<Reply> read_reply(Bytes message, std::uint16_t id, const Ask& ask) {
    auto reader = MessageReader::open(message);
    if (!reader) return not_ours(reader.error().what);
    const MessageHeader& header = reader->header();
    if (!header.is_response() || header.opcode() != Opcode::query || header.id != id)
        return not_ours("another message");
    const auto question = check_question(*reader, ask);
    if (!question) return std::unexpected(question.error());
    Reply reply{.rcode = header.rcode(),
                .authoritative = (header.flags & kFlagAuthoritative) != 0,
                .truncated = header.is_truncated(),
                .records = {}};
    if (reply.truncated) return reply;
    const auto records = read_records(*reader, reply);
    if (!records) return std::unexpected(records.error());
    return reply;
}

}  // namespace homeport::dns::check
