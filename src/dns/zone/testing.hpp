#pragma once
/// For tests: zones from lists of records, signed with fake signatures if wanted, and answers as
/// lines of text.

#include "dns/wire/testing.hpp"
#include "dns/zone/answer.hpp"
#include "dns/zone/zone_editor.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace homeport::dns::testing {

struct Line {
    std::string owner;
    RrType type;
    Octets rdata;
};

inline Line a(std::string owner, std::string_view ip = "192.0.2.1") {
    return {std::move(owner), RrType::a, address(ip)};
}
inline Line aaaa(std::string owner) {
    return {std::move(owner), RrType::aaaa, address("2001:db8::1")};
}
inline Line ns(std::string owner, std::string_view host) {
    return {std::move(owner), RrType::ns, target(host)};
}
inline Line cname(std::string owner, std::string_view to) {
    return {std::move(owner), RrType::cname, target(to)};
}
inline Line txt(std::string owner, std::string_view content = "text") {
    return {std::move(owner), RrType::txt, text(content)};
}
inline Line ds(std::string owner) {
    return {std::move(owner), RrType::ds, Build().u16(1).raw({13, 2, 1, 2}).bytes};
}

inline constexpr std::uint32_t kTtl = 3600;

/// Whatever the records are grouped into sets. Throws when the editor refuses one.
inline void put_lines(ZoneEditor& editor, const std::vector<Line>& lines) {
    std::map<std::pair<std::string, RrType>, RdataList> sets;
    for (const Line& line : lines) sets[{line.owner, line.type}].add(line.rdata);
    for (const auto& [key, records] : sets) {
        const auto done = editor.replace(name(key.first), key.second, kTtl, records);
        if (!done) throw std::runtime_error(done.error().what);
    }
}

/// With SOA and NS at the apex.
inline std::shared_ptr<const Zone> make_zone(std::string_view apex, std::vector<Line> lines) {
    ZoneEditor editor{name(apex)};
    lines.push_back({std::string(apex), RrType::soa, soa(1)});
    lines.push_back(ns(std::string(apex), "ns1.elsewhere."));
    put_lines(editor, lines);
    return editor.commit().value().zone;
}

/// What has NSEC and a place in its chain (RFC 4035 section 2.3).
inline bool in_chain(const ZoneNode& node) {
    return !node.empty() && !node.below_cut();
}

/// Gives every authoritative set a signature and every name in the chain its NSEC.
inline std::shared_ptr<const Zone> sign_zone(const std::shared_ptr<const Zone>& zone) {
    ZoneEditor editor(zone);
    std::vector<Name> chain;
    zone->nodes().for_each([&chain](const ZoneNode& node) {
        if (in_chain(node)) chain.emplace_back(node.name());
    });
    const std::string signer = zone->apex().to_text();
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const Name& next = chain[(i + 1) % chain.size()];
        const Octets rdata = Build().add(next.view().wire()).raw({0, 1, 0x40}).bytes;
        (void)editor.replace(chain[i], RrType::nsec, 300, list({rdata}));
        const ZoneNode& node = *editor.find(chain[i]);
        std::vector<RrType> types;
        for (std::size_t j = 0; j < node.sets(); ++j) {
            const RrType type = node.set(j).type;
            if (!node.at_cut() || type == RrType::ds || type == RrType::nsec) types.push_back(type);
        }
        for (const RrType type : types)
            (void)editor.sign(chain[i], type, list({rrsig(type, signer)}));
    }
    return editor.commit().value().zone;
}

inline ZoneSet set_of(const std::vector<std::shared_ptr<const Zone>>& zones) {
    ZoneSet set;
    for (const auto& zone : zones) set = set.with(zone);
    return set;
}

/// "owner TYPE what", what being an address, a name or a covered type, if there is one.
inline std::string line_of(NameView owner, RrType type, Bytes rdata) {
    std::string line = owner.to_text() + " " + to_text(type);
    const auto name_at = [rdata](std::size_t at) {
        return " " + NameView::read(rdata.subspan(at))->to_text();
    };
    if (type == RrType::a) {
        std::array<std::uint8_t, 4> octets_of_ip{};
        std::copy_n(octets(rdata), 4, octets_of_ip.begin());
        line += " " + IpAddress::v4(octets_of_ip).to_string();
    }
    if (type == RrType::ns || type == RrType::cname || type == RrType::nsec) line += name_at(0);
    if (type == RrType::rrsig) line += " " + to_text(static_cast<RrType>(load_u16(octets(rdata))));
    return line;
}

struct Reply {
    MessageHeader header;
    Rcode rcode{};
    bool authoritative = false;
    bool opt = false;
    std::size_t bytes = 0;
    std::vector<std::string> answer;
    std::vector<std::string> authority;
    std::vector<std::string> additional;
    std::vector<Record> records;
};

/// Throws when the message does not parse.
inline Reply read_reply(Bytes message) {
    auto reader = MessageReader::open(message).value();
    Reply reply{.header = reader.header(), .rcode = reader.header().rcode()};
    reply.authoritative = (reply.header.flags & kFlagAuthoritative) != 0;
    reply.bytes = message.size();
    Record record;
    while (reader.next(record).value()) {
        if (record.type == RrType::opt) {
            reply.opt = true;
            reply.rcode =
                static_cast<Rcode>(static_cast<unsigned>(reply.rcode) | record.ttl >> 24 << 4);
            continue;
        }
        auto& lines = record.section == Section::answer      ? reply.answer
                      : record.section == Section::authority ? reply.authority
                                                             : reply.additional;
        lines.push_back(line_of(record.owner, record.type, record.rdata));
        reply.records.push_back(record);
    }
    return reply;
}

/// The answer to a packet; throws when it is none that gets one.
inline Reply reply_to(const ZoneSet& zones, Bytes packet, const AnswerLimits& limits = {}) {
    Query query;
    if (parse_query(packet, query) != QueryStatus::ok) throw std::runtime_error("bad query");
    Octets buffer(limits.max_bytes);
    MessageWriter writer(buffer);
    if (answer(query, zones, limits, writer) != Outcome::answered)
        throw std::runtime_error("not answered");
    return read_reply(writer.finish());
}
inline Reply ask(const ZoneSet& zones, std::string_view owner, RrType type,
                 const Ask& ask_for = {}) {
    return reply_to(zones, request(owner, type, ask_for));
}

}  // namespace homeport::dns::testing
