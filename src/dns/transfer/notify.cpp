#include "dns/transfer/notify.hpp"

#include "core/assert.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/rdata.hpp"
#include "dns/wire/writer.hpp"

#include <algorithm>
#include <optional>

namespace homeport::dns {
namespace {

/// The question in wire form, and a request that has it.
struct Asked {
    Asked(std::uint16_t id, Opcode opcode, NameView apex) {
        Octet* at = std::copy_n(apex.data(), apex.size(), octets.begin());
        at = store_u16(at, static_cast<std::uint16_t>(RrType::soa));
        at = store_u16(at, static_cast<std::uint16_t>(RrClass::in));
        query.id = id;
        query.opcode = opcode;
        query.question = bytes_of(octets.data(), static_cast<std::size_t>(at - octets.begin()));
        query.name = NameView::trusted(octets.data(), apex.size());
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    std::array<Octet, kMaxNameBytes + 4> octets;
    Query query;
};

/// The writer makes answers; a request looks the same but for QR.
Bytes finish_request(MessageWriter& writer, MutableBytes out) {
    const Bytes message = writer.finish();
    Octet* const flags = reinterpret_cast<Octet*>(out.data()) + 2;
    store_u16(flags, load_u16(flags) & static_cast<std::uint16_t>(~kFlagResponse));
    return message;
}

std::unexpected<Error> no_reply(std::string_view why) {
    return fail(Errc::protocol, "not a reply: " + std::string(why));
}

/// Some reply without the question; with another one it is not ours.
Result<MessageReader> open_reply(Bytes message, std::uint16_t id, Opcode opcode, NameView apex) {
    auto reader = MessageReader::open(message);
    if (!reader) return std::unexpected(reader.error());
    const MessageHeader& header = reader->header();
    if (!header.is_response() || header.opcode() != opcode) return no_reply("another message");
    if (header.id != id) return no_reply("another id");
    Question question;
    while (true) {
        const auto read = reader->next(question);
        if (!read) return std::unexpected(read.error());
        if (!*read) return reader;
        const bool ours = question.type == RrType::soa && question.rr_class == RrClass::in &&
                          question.name.view() == apex;
        if (!ours) return no_reply("another question");
    }
}

}  // namespace

Bytes write_notify(std::uint16_t id, const Zone& zone, MutableBytes out) {
    HOMEPORT_ASSERT(out.size() >= kMaxUdpBytes);
    const Asked asked(id, Opcode::notify, zone.apex());
    MessageWriter writer(out);
    writer.begin(asked.query, kMaxUdpBytes);
    writer.set_authoritative();
    const bool fits = writer.add(Section::answer, asked.query.name, zone.soa(), false);
    HOMEPORT_ASSERT(fits);  // a question and a SOA: three names and some numbers
    return finish_request(writer, out);
}

Bytes write_soa_question(std::uint16_t id, NameView apex, MutableBytes out) {
    HOMEPORT_ASSERT(out.size() >= kMaxUdpBytes);
    const Asked asked(id, Opcode::query, apex);
    MessageWriter writer(out);
    writer.begin(asked.query, kMaxUdpBytes);
    return finish_request(writer, out);
}

Result<Rcode> read_notify_reply(Bytes message, std::uint16_t id, NameView apex) {
    auto reader = open_reply(message, id, Opcode::notify, apex);
    if (!reader) return std::unexpected(reader.error());
    return reader->header().rcode();
}

Result<std::uint32_t> read_soa_reply(Bytes message, std::uint16_t id, NameView apex) {
    auto reader = open_reply(message, id, Opcode::query, apex);
    if (!reader) return std::unexpected(reader.error());
    const bool authoritative = (reader->header().flags & kFlagAuthoritative) != 0;
    std::optional<std::uint32_t> serial;
    Record record;
    while (true) {
        const auto read = reader->next(record);
        if (!read) return std::unexpected(read.error());
        if (!*read) break;
        const bool soa = record.section == Section::answer && record.type == RrType::soa &&
                         record.rr_class == RrClass::in && record.owner.view() == apex;
        if (soa) serial = SoaView(record.rdata).serial();
    }
    if (authoritative && serial) return *serial;
    const std::string rcode = to_text(reader->header().rcode());
    return fail(Errc::not_found, "no authoritative SOA in the answer, " + rcode);
}

}  // namespace homeport::dns
