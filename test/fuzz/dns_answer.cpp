/// Questions against odd zones, signed and not: whatever is asked, the answer keeps to its limit,
/// echoes the question, and parses. The first two octets choose the limits.

#include "core/assert.hpp"
#include "dns/zone/testing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::dns;

namespace {

using dns::testing::Line;

std::vector<Line> odd_lines() {
    using namespace dns::testing;
    std::vector<Line> lines{ns("a.", "n.a."),
                            ns("a.", "n.b."),
                            a("n.a."),
                            aaaa("n.a."),
                            ns("b.", "n.b."),
                            a("n.b."),
                            ds("b."),
                            ns("c.b.", "c.b."),
                            txt("*.w."),
                            txt("x.*.w."),
                            cname("l.", "m."),
                            cname("m.", "l."),
                            cname("*.c.", "y.z.c."),
                            cname("q.c.", "w."),
                            cname("o.", "t.e."),
                            cname("d.", "x.a."),
                            a("\\000.\\255."),
                            txt("A-b_9.e"),
                            a("1.2.3.4.5.6.7.8.9.e.")};
    for (int i = 0; i < 100; ++i) lines.push_back(txt("big.", std::string(200, char(i))));
    for (int i = 0; i < 40; ++i) lines.push_back(ns("many.", "n" + std::to_string(i) + ".many."));
    for (int i = 0; i < 40; ++i) lines.push_back(aaaa("n" + std::to_string(i) + ".many."));
    return lines;
}

ZoneSet odd_zones() {
    using namespace dns::testing;
    const auto root = make_zone(".", odd_lines());
    return set_of({sign_zone(root), make_zone("e.", {a("t.e."), cname("*.e.", "l.")})});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ZoneSet zones = odd_zones();
    if (size < 2) return 0;
    const AnswerLimits limits{
        .max_bytes = kMinUdpBytes + data[0] * std::size_t{8},
        .datagram = data[1] % 2 == 0,
        .reserved_bytes = data[1] / std::size_t{4},
        .options = std::as_bytes(std::span(data, std::min<std::size_t>(size, data[1] / 8)))};
    const Bytes packet = std::as_bytes(std::span(data + 2, size - 2));
    Query query;
    if (parse_query(packet, query) != QueryStatus::ok) return 0;
    std::vector<std::byte> buffer(limits.max_bytes);
    MessageWriter writer(buffer);
    if (answer(query, zones, limits, writer) != Outcome::answered) return 0;
    const Bytes message = writer.finish();
    HOMEPORT_ASSERT(message.size() + limits.reserved_bytes <= limits.max_bytes);
    const auto echoed = message.subspan(kHeaderBytes, query.question.size());
    HOMEPORT_ASSERT(std::ranges::equal(echoed, query.question));
    const auto reply = dns::testing::read_reply(message);
    HOMEPORT_ASSERT(reply.opt == query.edns.present);
    HOMEPORT_ASSERT(reply.header.is_response() && reply.header.id == query.id);
    return 0;
}
