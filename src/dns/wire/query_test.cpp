#include "dns/wire/query.hpp"

#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::Ask;
using testing::Build;
using testing::name;
using testing::Octets;
using testing::request;

QueryStatus status(Bytes packet) {
    Query query;
    return parse_query(packet, query);
}

/// A request with `additional` records behind the question.
Octets with_additional(unsigned count, const Octets& records) {
    Octets packet = request("example.", RrType::a);
    packet[11] = static_cast<std::byte>(count);
    return Build{packet}.add(records).bytes;
}
Octets opt(const Octets& options, std::uint32_t ttl = 0) {
    return Build()
        .u8(0)
        .u16(41)
        .u16(4096)
        .u32(ttl)
        .u16(static_cast<unsigned>(options.size()))
        .add(options)
        .bytes;
}
Octets cookie(std::size_t size) {
    return Build().u16(10).u16(static_cast<unsigned>(size)).add(Octets(size)).bytes;
}
Octets tsig() {
    return Build().name("key.").u16(250).u16(255).u32(0).u16(3).raw({1, 2, 3}).bytes;
}
Octets joined(Octets left, const Octets& right) {
    return Build{std::move(left)}.add(right).bytes;
}

TEST(Query, ReadsTheQuestion) {
    const Octets packet = request("WwW.ExAmPlE.", RrType::aaaa);
    Query query;
    ASSERT_EQ(parse_query(packet, query), QueryStatus::ok);
    EXPECT_EQ(query.id, 0x1234);
    EXPECT_EQ(query.opcode, Opcode::query);
    EXPECT_TRUE(query.recursion_desired);
    EXPECT_FALSE(query.checking_disabled);
    EXPECT_EQ(query.name.to_text(), "WwW.ExAmPlE.");
    EXPECT_EQ(query.lower_name.view().to_text(), "www.example.");
    EXPECT_EQ(query.type, RrType::aaaa);
    EXPECT_EQ(query.rr_class, RrClass::in);
    EXPECT_EQ(query.question.size(), packet.size() - kHeaderBytes);
    EXPECT_FALSE(query.edns.present);
    EXPECT_EQ(query.tsig_at, 0U);
}

TEST(Query, ReadsOptCookieAndTsig) {
    const Octets options = joined(joined(Build().u16(3).u16(0).bytes, cookie(24)),
                                  Build().u16(65001).u16(1).u8(9).bytes);
    const Octets packet = with_additional(2, joined(opt(options, kOptDnssecOk), tsig()));
    Query query;
    ASSERT_EQ(parse_query(packet, query), QueryStatus::ok);
    EXPECT_TRUE(query.edns.present);
    EXPECT_TRUE(query.edns.dnssec_ok);
    EXPECT_EQ(query.edns.payload_bytes, 4096);
    EXPECT_EQ(query.edns.version, 0);
    EXPECT_EQ(query.edns.cookie.size(), 24U);
    EXPECT_EQ(query.tsig_at, packet.size() - tsig().size());
}

// Answering these would let two servers talk for ever, or answer noise.
TEST(Query, NeverAnswersResponsesAndScraps) {
    Octets packet = request("example.", RrType::a);
    packet[2] |= std::byte{0x80};
    EXPECT_EQ(status(packet), QueryStatus::ignored);
    EXPECT_EQ(status({}), QueryStatus::ignored);
    EXPECT_EQ(status(Bytes(packet).first(11)), QueryStatus::ignored);
}

TEST(Query, CutAnywhereIsMalformed) {
    const Octets packet = with_additional(2, joined(opt(cookie(8)), tsig()));
    ASSERT_EQ(status(packet), QueryStatus::ok);
    for (std::size_t size = kHeaderBytes; size < packet.size(); ++size)
        EXPECT_EQ(status(Bytes(packet).first(size)), QueryStatus::malformed) << size;
    EXPECT_EQ(status(joined(packet, {std::byte{0}})), QueryStatus::malformed);
}

TEST(Query, MalformedKeepsWhatAnAnswerNeeds) {
    const Octets packet = with_additional(2, joined(opt({}), opt({})));
    Query query;
    ASSERT_EQ(parse_query(packet, query), QueryStatus::malformed);
    EXPECT_EQ(query.id, 0x1234);
    EXPECT_TRUE(query.edns.present);
    EXPECT_FALSE(query.question.empty());
}

TEST(Query, MalformedParts) {
    EXPECT_EQ(status(with_additional(2, joined(tsig(), opt({})))), QueryStatus::malformed);
    EXPECT_EQ(status(with_additional(1, opt(cookie(7)))), QueryStatus::malformed);
    EXPECT_EQ(status(with_additional(1, opt(cookie(15)))), QueryStatus::malformed);
    EXPECT_EQ(status(with_additional(1, opt(cookie(41)))), QueryStatus::malformed);
    EXPECT_EQ(status(with_additional(1, opt(cookie(40)))), QueryStatus::ok);
    EXPECT_EQ(status(with_additional(1, opt(Build().u16(10).u16(9).u8(1).bytes))),
              QueryStatus::malformed);
    Octets not_at_root = Build().name("x.").bytes;
    const Octets rest = opt({});
    not_at_root.insert(not_at_root.end(), rest.begin() + 1, rest.end());
    EXPECT_EQ(status(with_additional(1, not_at_root)), QueryStatus::malformed);
    Octets pointer = request("example.", RrType::a);
    pointer[kHeaderBytes] = std::byte{0xc0};
    EXPECT_EQ(status(pointer), QueryStatus::malformed);
}

// The options of a version that we do not know may look like anything.
TEST(Query, UnknownVersionIsOnlyNoted) {
    const Octets packet = with_additional(1, opt(cookie(7), 1 << 16));
    Query query;
    ASSERT_EQ(parse_query(packet, query), QueryStatus::ok);
    EXPECT_EQ(query.edns.version, 1);
    EXPECT_TRUE(query.edns.cookie.empty());
}

TEST(Query, CountsMustFitTheOpcode) {
    Octets packet = request("example.", RrType::a);
    for (const std::size_t at : {5U, 7U, 9U}) {
        Octets wrong = packet;
        wrong[at] = static_cast<std::byte>(std::to_integer<int>(wrong[at]) + 1);
        EXPECT_EQ(status(wrong), QueryStatus::malformed) << at;
    }
    Octets none(packet.begin(), packet.begin() + kHeaderBytes);
    none[5] = std::byte{0};
    EXPECT_EQ(status(none), QueryStatus::malformed);
    none[2] = std::byte{6 << 3};
    EXPECT_EQ(status(none), QueryStatus::ok);
}

TEST(Query, IxfrBringsItsSoa) {
    Octets packet = request("example.", RrType::ixfr);
    packet[9] = std::byte{1};
    const Octets soa = testing::soa(7);
    const Octets all = Build{packet}
                           .raw({0xc0, 12})
                           .u16(6)
                           .u16(1)
                           .u32(0)
                           .u16(static_cast<unsigned>(soa.size()))
                           .add(soa)
                           .bytes;
    EXPECT_EQ(status(all), QueryStatus::ok);
    Octets other = all;
    other[kHeaderBytes + 9 + 1] = std::byte{1};  // asks for A
    EXPECT_EQ(status(other), QueryStatus::malformed);
}

}  // namespace
}  // namespace homeport::dns
