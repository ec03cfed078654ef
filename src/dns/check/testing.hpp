#pragma once
/// For tests: replies in few words, and as messages.

#include "dns/check/exchange.hpp"
#include "dns/wire/testing.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace homeport::dns::check::testing {

using namespace dns::testing;

inline Endpoint at(std::string_view text) {
    return Endpoint::parse(text).value();
}

inline Record record(Section section, std::string_view owner, RrType type, const Octets& rdata,
                     std::uint32_t ttl = 60) {
    return {.section = section,
            .offset = 0,
            .owner = name(owner),
            .type = type,
            .rr_class = RrClass::in,
            .ttl = ttl,
            .rdata = rdata};
}
inline Record answer(std::string_view owner, RrType type, const Octets& rdata,
                     std::uint32_t ttl = 60) {
    return record(Section::answer, owner, type, rdata, ttl);
}
inline Record authority(std::string_view owner, RrType type, const Octets& rdata,
                        std::uint32_t ttl = 60) {
    return record(Section::authority, owner, type, rdata, ttl);
}

inline Outcome reply(std::vector<Record> records, bool authoritative = false,
                     Rcode rcode = Rcode::no_error) {
    return {.kind = Outcome::Kind::reply,
            .reply = {.rcode = rcode,
                      .authoritative = authoritative,
                      .truncated = false,
                      .records = std::move(records)},
            .took = 12ms};
}
inline Outcome no_reply(Outcome::Kind kind = Outcome::Kind::silent) {
    return {.kind = kind, .reply = {}, .took = {}};
}

/// The message that `made` would have been, for `ask`.
inline Octets message(std::uint16_t id, const Ask& ask, const Outcome& made,
                      bool truncated = false) {
    const auto& records = made.reply.records;
    const auto in = [&](Section section) {
        const auto count = std::ranges::count(records, section, &Record::section);
        return truncated ? 0U : static_cast<unsigned>(count);
    };
    unsigned flags = kFlagResponse | static_cast<unsigned>(made.reply.rcode);
    if (made.reply.authoritative) flags |= kFlagAuthoritative;
    if (truncated) flags |= kFlagTruncated;
    Build out;
    out.u16(id).u16(flags).u16(1).u16(in(Section::answer)).u16(in(Section::authority));
    out.u16(in(Section::additional)).add(ask.name.view().wire());
    out.u16(static_cast<unsigned>(ask.type)).u16(1);
    for (const Record& one : records) {
        if (truncated) break;
        out.add(one.owner.view().wire()).u16(static_cast<unsigned>(one.type)).u16(1);
        out.u32(one.ttl).u16(static_cast<unsigned>(one.rdata.size())).add(one.rdata);
    }
    return out.bytes;
}

}  // namespace homeport::dns::check::testing
