#include "dns/zone/answer.hpp"

#include "dns/zone/limits.hpp"
#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kSoa = "example. SOA";
const Ask kDo{.dnssec_ok = true};

ZoneSet zone_of(std::vector<Line> lines) {
    return set_of({make_zone("example.", std::move(lines))});
}

/// The zone of RFC 4592 section 2.2.1.
ZoneSet wildcard_zone() {
    return zone_of({
        txt("*.example.", "this is a wildcard"),
        {"*.example.", RrType::mx, mx(10, "host1.example.")},
        txt("sub.*.example.", "this is not a wildcard"),
        a("host1.example."),
        {"_ssh._tcp.host1.example.", RrType::srv, Build().u16(0).u16(0).u16(22).name("h.").bytes},
        {"_ssh._tcp.host2.example.", RrType::srv, Build().u16(0).u16(0).u16(22).name("h.").bytes},
        ns("subdel.example.", "ns.example.com."),
        ns("subdel.example.", "ns.example.net."),
    });
}

// RFC 4592 section 2.2.1: "the following responses would be synthesized from one of the wildcards".
TEST(AnswerWildcard, SynthesizedInRfc4592) {
    const ZoneSet zones = wildcard_zone();
    EXPECT_THAT(ask(zones, "host3.example.", RrType::mx).answer, ElementsAre("host3.example. MX"));
    const Reply no_data = ask(zones, "host3.example.", RrType::a);
    EXPECT_EQ(no_data.rcode, Rcode::no_error);
    EXPECT_THAT(no_data.answer, IsEmpty());
    EXPECT_THAT(no_data.authority, ElementsAre(kSoa));
    EXPECT_THAT(ask(zones, "Foo.Bar.Example.", RrType::txt).answer,
                ElementsAre("Foo.Bar.Example. TXT"));
}

// "The following responses would not be synthesized from any of the wildcards in the zone".
TEST(AnswerWildcard, NotSynthesizedInRfc4592) {
    const ZoneSet zones = wildcard_zone();
    const auto no_data = [&zones](std::string_view owner, RrType type) {
        const Reply reply = ask(zones, owner, type);
        EXPECT_THAT(reply.answer, IsEmpty()) << owner;
        EXPECT_THAT(reply.authority, ElementsAre(kSoa)) << owner;
        return reply.rcode;
    };
    EXPECT_EQ(no_data("host1.example.", RrType::mx), Rcode::no_error);
    EXPECT_EQ(no_data("sub.*.example.", RrType::mx), Rcode::no_error);
    EXPECT_EQ(no_data("_telnet._tcp.host1.example.", RrType::srv), Rcode::nx_domain);
    EXPECT_EQ(no_data("ghost.*.example.", RrType::mx), Rcode::nx_domain);
    const Reply referral = ask(zones, "host.subdel.example.", RrType::a);
    EXPECT_THAT(referral.authority, ElementsAre("subdel.example. NS ns.example.com.",
                                                "subdel.example. NS ns.example.net."));
    EXPECT_FALSE(referral.authoritative);
    // An empty non-terminal exists: no wildcard, no NXDOMAIN.
    EXPECT_EQ(no_data("_tcp.host1.example.", RrType::txt), Rcode::no_error);
    EXPECT_EQ(no_data("host2.example.", RrType::txt), Rcode::no_error);
    // The wildcard itself can be asked for.
    EXPECT_THAT(ask(zones, "*.example.", RrType::txt).answer, ElementsAre("*.example. TXT"));
}

TEST(Answer, HitAndItsFlags) {
    const ZoneSet zones = zone_of({a("www.example."), a("www.example.", "192.0.2.2")});
    const Reply reply = ask(zones, "wWw.example.", RrType::a);
    EXPECT_EQ(reply.header.flags, kFlagResponse | kFlagAuthoritative | kFlagRecursionDesired);
    EXPECT_THAT(reply.answer, ElementsAre("wWw.example. A 192.0.2.1", "wWw.example. A 192.0.2.2"));
    EXPECT_THAT(reply.authority, IsEmpty());
    EXPECT_FALSE(reply.opt);
    const Reply checking = ask(zones, "www.example.", RrType::a, {.edns = true, .flags = 0x0030});
    EXPECT_EQ(checking.header.flags, kFlagResponse | kFlagAuthoritative | kFlagCheckingDisabled);
    EXPECT_TRUE(checking.opt);
}

// RFC 2308 sections 3 and 5: the lesser of the SOA's TTL and its MINIMUM.
TEST(Answer, NegativeTtl) {
    const Reply reply = ask(zone_of({}), "x.example.", RrType::a);
    EXPECT_EQ(reply.rcode, Rcode::nx_domain);
    EXPECT_TRUE(reply.authoritative);
    ASSERT_THAT(reply.authority, ElementsAre(kSoa));
    EXPECT_EQ(reply.records[0].ttl, 300U);
    EXPECT_EQ(ask(zone_of({}), "example.", RrType::soa).records[0].ttl, kTtl);
}

TEST(Answer, RefusesWhatIsNotServed) {
    const ZoneSet zones = zone_of({});
    for (const Reply& reply : {ask(zones, "example.net.", RrType::a), ask(zones, ".", RrType::ns),
                               ask(zones, "example.", RrType::soa, {.rr_class = RrClass::ch}),
                               ask(zones, "example.", RrType::soa, {.rr_class = RrClass::any}),
                               ask(ZoneSet(), "example.", RrType::soa)}) {
        EXPECT_EQ(reply.rcode, Rcode::refused);
        EXPECT_FALSE(reply.authoritative);
        EXPECT_THAT(reply.records, IsEmpty());
    }
}

TEST(Answer, QuestionsThatNoZoneCanAnswer) {
    const ZoneSet zones = zone_of({});
    EXPECT_EQ(ask(zones, "example.", RrType::mailb).rcode, Rcode::not_imp);
    EXPECT_EQ(ask(zones, "example.", RrType::opt).rcode, Rcode::form_err);
    const Reply version = ask(zones, "example.", RrType::soa, {.edns = true, .version = 1});
    EXPECT_EQ(version.rcode, Rcode::bad_vers);
    EXPECT_THAT(version.records, IsEmpty());
    EXPECT_THROW(ask(zones, "example.", RrType::axfr), std::runtime_error);
    EXPECT_THROW(ask(zones, "example.", RrType::soa, {.flags = 4 << 11}), std::runtime_error);
}

TEST(Answer, ErrorsEchoWhatWasRead) {
    Octets packet = request("Home.example.", RrType::a, {.edns = true});
    packet.back() = std::byte{1};  // options that are not there
    Query query;
    ASSERT_EQ(parse_query(packet, query), QueryStatus::malformed);
    Octets buffer(kMaxUdpBytes);
    MessageWriter writer(buffer);
    answer_error(query, Rcode::form_err, {}, writer);
    const Bytes message = writer.finish();
    EXPECT_EQ(read_reply(message).rcode, Rcode::form_err);
    EXPECT_EQ(read_reply(message).header.questions, 1);
}

// RFC 8482 section 4.1: one set is an answer to ANY; RRSIG is answered alike.
TEST(Answer, AnyIsMinimal) {
    const auto zone = make_zone("example.", {a("x.example."), aaaa("x.example."), txt("x.example."),
                                             cname("c.example.", "x.example.")});
    const ZoneSet zones = set_of({sign_zone(zone)});
    EXPECT_THAT(ask(zones, "x.example.", RrType::any).answer,
                ElementsAre("x.example. A 192.0.2.1"));
    EXPECT_THAT(ask(zones, "c.example.", RrType::any).answer,
                ElementsAre("c.example. CNAME x.example."));
    EXPECT_THAT(ask(zones, "x.example.", RrType::rrsig).answer, ElementsAre("x.example. RRSIG A"));
    EXPECT_THAT(ask(set_of({zone}), "x.example.", RrType::rrsig).authority, ElementsAre(kSoa));
}

TEST(AnswerCname, FollowsWithinTheZonesServed) {
    const ZoneSet zones = set_of(
        {make_zone("example.",
                   {cname("a.example.", "b.example."), cname("b.example.", "c.other."),
                    cname("far.example.", "x.elsewhere."), cname("no.example.", "missing.example."),
                    cname("cut.example.", "x.sub.example."), ns("sub.example.", "n.")}),
         make_zone("other.", {a("c.other.")})});
    EXPECT_THAT(ask(zones, "a.example.", RrType::a).answer,
                ElementsAre("a.example. CNAME b.example.", "b.example. CNAME c.other.",
                            "c.other. A 192.0.2.1"));
    const Reply no_data = ask(zones, "a.example.", RrType::aaaa);
    EXPECT_EQ(no_data.answer.size(), 2U);
    EXPECT_THAT(no_data.authority, ElementsAre("other. SOA"));
    const Reply far = ask(zones, "far.example.", RrType::a);
    EXPECT_EQ(far.rcode, Rcode::no_error);
    EXPECT_THAT(far.answer, ElementsAre("far.example. CNAME x.elsewhere."));
    EXPECT_THAT(far.authority, IsEmpty());
    const Reply missing = ask(zones, "no.example.", RrType::a);
    EXPECT_EQ(missing.rcode, Rcode::nx_domain);
    EXPECT_THAT(missing.authority, ElementsAre(kSoa));
    const Reply cut = ask(zones, "cut.example.", RrType::a);
    EXPECT_TRUE(cut.authoritative);
    EXPECT_THAT(cut.authority, ElementsAre("sub.example. NS n."));
    EXPECT_THAT(ask(zones, "a.example.", RrType::cname).answer,
                ElementsAre("a.example. CNAME b.example."));
}

TEST(AnswerCname, LoopsAndLongChainsEnd) {
    std::vector<Line> lines{cname("a.example.", "b.example."), cname("b.example.", "A.example."),
                            cname("self.example.", "self.example."),
                            cname("*.w.example.", "x.y.w.example.")};
    for (int i = 0; i < 40; ++i) {
        lines.push_back(cname("n" + std::to_string(i) + ".example.",
                              "n" + std::to_string(i + 1) + ".example."));
    }
    const ZoneSet zones = zone_of(lines);
    EXPECT_EQ(ask(zones, "a.example.", RrType::a).answer.size(), 2U);
    EXPECT_EQ(ask(zones, "self.example.", RrType::a).answer.size(), 1U);
    EXPECT_EQ(ask(zones, "q.w.example.", RrType::a).answer.size(), 2U);
    EXPECT_EQ(ask(zones, "n0.example.", RrType::a, {.edns = true}).answer.size(),
              kMaxCnameChain + 1);
}

/// Two delegations that serve each other, one with its own server, one without glue.
ZoneSet delegations() {
    return zone_of({
        ns("one.example.", "ns.one.example."),
        ns("one.example.", "ns.two.example."),
        ns("one.example.", "auth.example."),
        ns("one.example.", "ns.far."),
        a("ns.one.example.", "192.0.2.11"),
        aaaa("ns.one.example."),
        ns("two.example.", "ns.two.example."),
        a("ns.two.example.", "192.0.2.12"),
        a("auth.example."),
        ns("deep.one.example.", "x."),
        ns("self.example.", "self.example."),
        a("self.example."),
        ds("two.example."),
    });
}

// RFC 9471: addresses inside the delegation, then beside it; none that the zone is asked for
// anyway.
TEST(AnswerReferral, Glue) {
    const ZoneSet zones = delegations();
    for (const auto* const owner : {"one.example.", "x.one.example.", "ns.one.example.",
                                    "deep.one.example.", "y.deep.one.example."}) {
        const Reply reply = ask(zones, owner, RrType::a);
        EXPECT_EQ(reply.rcode, Rcode::no_error);
        EXPECT_FALSE(reply.authoritative) << owner;
        EXPECT_THAT(reply.answer, IsEmpty());
        EXPECT_THAT(
            reply.authority,
            ElementsAre("one.example. NS ns.far.", "one.example. NS ns.one.example.",
                        "one.example. NS ns.two.example.", "one.example. NS auth.example."));
        EXPECT_THAT(reply.additional,
                    ElementsAre("ns.one.example. A 192.0.2.11", "ns.one.example. AAAA",
                                "ns.two.example. A 192.0.2.12"));
    }
    EXPECT_THAT(ask(zones, "self.example.", RrType::ns).additional,
                ElementsAre("self.example. A 192.0.2.1"));
}

// DS belongs to the parent's side of the cut (RFC 4035 section 3.1.4.1).
TEST(AnswerReferral, DsAtTheParent) {
    const ZoneSet zones = delegations();
    const Reply there = ask(zones, "two.example.", RrType::ds);
    EXPECT_TRUE(there.authoritative);
    EXPECT_THAT(there.answer, ElementsAre("two.example. DS"));
    const Reply none = ask(zones, "one.example.", RrType::ds);
    EXPECT_TRUE(none.authoritative);
    EXPECT_THAT(none.authority, ElementsAre(kSoa));
    EXPECT_FALSE(ask(zones, "x.one.example.", RrType::ds).authoritative);
    // With both sides here the parent answers; with the child alone, the child.
    const auto child = make_zone("two.example.", {});
    EXPECT_THAT(ask(zones.with(child), "two.example.", RrType::ds).answer,
                ElementsAre("two.example. DS"));
    EXPECT_THAT(ask(zones.with(child), "two.example.", RrType::ns).answer,
                ElementsAre("two.example. NS ns1.elsewhere."));
    EXPECT_THAT(ask(set_of({child}), "two.example.", RrType::ds).authority,
                ElementsAre("two.example. SOA"));
}

// Glue inside the delegation that does not fit sets TC; other glue is left out in silence.
TEST(AnswerReferral, GlueThatDoesNotFit) {
    std::vector<Line> in{ns("one.example.", "ns.one.example.")};
    std::vector<Line> beside{ns("one.example.", "ns.two.example."), ns("two.example.", "far.")};
    for (int i = 0; i < 60; ++i) {
        const std::string ip = "192.0.2." + std::to_string(i);
        in.push_back(a("ns.one.example.", ip));
        beside.push_back(a("ns.two.example.", ip));
    }
    const Reply required = ask(zone_of(in), "x.one.example.", RrType::a);
    EXPECT_TRUE(required.header.is_truncated());
    EXPECT_EQ(required.authority.size(), 1U);
    const Reply optional = ask(zone_of(beside), "x.one.example.", RrType::a);
    EXPECT_FALSE(optional.header.is_truncated());
    EXPECT_THAT(optional.additional, IsEmpty());
}

TEST(Answer, SizeFollowsTheRequester) {
    std::vector<Line> lines;
    for (int i = 0; i < 60; ++i) lines.push_back(a("x.example.", "192.0.2." + std::to_string(i)));
    const ZoneSet zones = zone_of(lines);  // 60 records of 16 octets
    const auto truncated = [&zones](const Ask& asked) {
        const Reply reply = ask(zones, "x.example.", RrType::a, asked);
        EXPECT_EQ(reply.answer.empty(), reply.header.is_truncated());
        return reply.header.is_truncated();
    };
    EXPECT_TRUE(truncated({}));
    EXPECT_TRUE(truncated({.edns = true, .payload_bytes = 0}));
    EXPECT_TRUE(truncated({.edns = true, .payload_bytes = 990}));
    EXPECT_FALSE(truncated({.edns = true, .payload_bytes = 1000}));
    EXPECT_FALSE(truncated({.edns = true, .payload_bytes = 65535}));
    for (int i = 60; i < 200; ++i) lines.push_back(a("x.example.", "192.0.2." + std::to_string(i)));
    const ZoneSet more = zone_of(lines);
    const Octets packet = request("x.example.", RrType::a, {.edns = true, .payload_bytes = 65535});
    EXPECT_TRUE(reply_to(more, packet).header.is_truncated());
    const AnswerLimits stream{.max_bytes = kMaxMessageBytes, .datagram = false};
    EXPECT_EQ(reply_to(more, packet, stream).answer.size(), 200U);
}

}  // namespace
}  // namespace homeport::dns
