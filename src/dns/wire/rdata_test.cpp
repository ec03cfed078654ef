#include "dns/wire/rdata.hpp"

#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>
#include <algorithm>

namespace homeport::dns {
namespace {

using testing::Build;
using testing::Octets;

struct Sample {
    RrType type;
    Octets rdata;
    bool open_end = false;  ///< may be longer or shorter
};

std::vector<Sample> samples() {
    const auto name = [](std::string_view text) { return Build().name(text).bytes; };
    return {
        {RrType::a, testing::address("192.0.2.1")},
        {RrType::aaaa, testing::address("2001:db8::1")},
        {RrType::ns, name("ns.example.")},
        {RrType::cname, name("a.b.")},
        {RrType::ptr, name("a.b.")},
        {RrType::soa, testing::soa(1)},
        {RrType::mx, testing::mx(10, "mx.example.")},
        {RrType::txt, testing::text("hello"), true},
        {RrType::hinfo, Build().text("amd64").text("linux").bytes},
        {RrType::srv, Build().u16(1).u16(2).u16(443).name("x.example.").bytes},
        {RrType::caa, Build().u8(0).text("issue").add(as_bytes("ca.example")).bytes, true},
        {RrType::svcb, Build().u16(1).name("svc.").u16(1).u16(3).raw({2, 'h', '2'}).bytes},
        {RrType::https, Build().u16(0).name("svc.").bytes},
        {RrType::tlsa, Build().raw({3, 1, 1, 0xab, 0xcd}).bytes, true},
        {RrType::dnskey, Build().u16(257).raw({3, 13, 1, 2, 3}).bytes, true},
        {RrType::ds, Build().u16(1).raw({13, 2, 1, 2, 3}).bytes, true},
        {RrType::rrsig, testing::rrsig(RrType::a), true},
        {RrType::nsec, testing::nsec("b.example.")},
        {RrType::naptr, Build().u16(1).u16(2).text("u").text("sip").text("!x!").name("r.").bytes},
    };
}

TEST(Rdata, GoodSamples) {
    for (const Sample& sample : samples())
        EXPECT_TRUE(check_rdata(sample.type, sample.rdata)) << to_text(sample.type);
}

TEST(Rdata, WrongLengthIsRefused) {
    for (const Sample& sample : samples()) {
        EXPECT_FALSE(check_rdata(sample.type, {})) << to_text(sample.type);
        if (sample.open_end) continue;
        Octets longer = sample.rdata;
        longer.push_back(std::byte{0});
        EXPECT_FALSE(check_rdata(sample.type, longer)) << to_text(sample.type);
        const auto shorter = Bytes(sample.rdata).first(sample.rdata.size() - 1);
        EXPECT_FALSE(check_rdata(sample.type, shorter)) << to_text(sample.type);
    }
}

TEST(Rdata, FinerRules) {
    const auto bad = [](RrType type, std::initializer_list<int> rdata) {
        return !check_rdata(type, Build().raw(rdata).bytes);
    };
    EXPECT_TRUE(bad(RrType::txt, {5, 'a'}));
    EXPECT_TRUE(bad(RrType::caa, {0, 0}));
    EXPECT_TRUE(bad(RrType::caa, {0, 2, 'a', '-'}));
    EXPECT_TRUE(bad(RrType::svcb, {0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0}));  // keys fall
    EXPECT_TRUE(bad(RrType::nsec, {0, 0, 0}));
    EXPECT_TRUE(bad(RrType::nsec, {0, 0, 1, 0}));
    EXPECT_TRUE(bad(RrType::nsec, {0, 0, 33}));
    EXPECT_TRUE(bad(RrType::nsec, {0, 1, 1, 1, 0, 1, 1}));
    EXPECT_TRUE(bad(RrType::cname, {0xc0, 12}));
    EXPECT_TRUE(bad(RrType::dnskey, {1, 1, 3, 13}));
    EXPECT_TRUE(check_rdata(RrType{65280}, Build().raw({0xc0, 0xff}).bytes));
    EXPECT_TRUE(check_rdata(RrType{65280}, {}));
}

// RFC 4034 section 6.2, RFC 6840 section 5.1.
TEST(Rdata, CanonicalFormLowersTheRightNames) {
    const Octets upper = Build().u16(257).name("MX.Example.").bytes;
    EXPECT_EQ(canonical_rdata(RrType::mx, upper), Build().u16(257).name("mx.example.").bytes);
    EXPECT_TRUE(same_rdata(RrType::mx, upper, Build().u16(257).name("mX.example.").bytes));
    EXPECT_FALSE(same_rdata(RrType::mx, upper, Build().u16(256).name("MX.Example.").bytes));
    EXPECT_EQ(canonical_rdata(RrType::rrsig, testing::rrsig(RrType::a, "EXAMPLE.")),
              testing::rrsig(RrType::a));
    const Octets nsec = testing::nsec("B.Example.");
    EXPECT_EQ(canonical_rdata(RrType::nsec, nsec), nsec);
    const Octets txt = testing::text("AbC");
    EXPECT_EQ(canonical_rdata(RrType::txt, txt), txt);
    const Octets naptr = Build().u16(65).u16(66).text("U").text("").text("X").name("R.").bytes;
    EXPECT_EQ(canonical_rdata(RrType::naptr, naptr),
              Build().u16(65).u16(66).text("U").text("").text("X").name("r.").bytes);
}

TEST(Rdata, CompressibleTypesAreThoseOfRfc1035) {
    for (unsigned number = 0; number < 70; ++number) {
        const auto type = static_cast<RrType>(number);
        const Octets zeros(64);
        const NamesInRdata names = names_in_rdata(type, zeros);
        const bool compressed = names.count > 0 && names.use == NameUse::compressed;
        EXPECT_EQ(has_compressible_names(type), compressed) << to_text(type);
    }
    EXPECT_FALSE(has_compressible_names(RrType::srv));
}

TEST(Rdata, SoaFields) {
    const Octets rdata = testing::soa(0xfedcba98, 77);
    const SoaView soa(rdata);
    EXPECT_EQ(soa.serial(), 0xfedcba98U);
    EXPECT_EQ(soa.refresh(), 3600U);
    EXPECT_EQ(soa.retry(), 600U);
    EXPECT_EQ(soa.expire(), 86400U);
    EXPECT_EQ(soa.minimum(), 77U);
    const Octets next = with_serial(rdata, 5);
    EXPECT_EQ(SoaView(next).serial(), 5U);
    EXPECT_EQ(next, testing::soa(5, 77));
    EXPECT_TRUE(serial_after(1, 0xffffffff));
    EXPECT_FALSE(serial_after(0xffffffff, 1));
    EXPECT_FALSE(serial_after(3, 3));
    EXPECT_FALSE(serial_after(0x80000000, 0));
}

TEST(RdataList, PacksAndUnpacks) {
    const RdataList list = testing::list({testing::text("a"), {}, testing::text("bc")});
    EXPECT_EQ(list.count(), 3U);
    std::vector<std::size_t> sizes;
    for (const Bytes rdata : list.view()) sizes.push_back(rdata.size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 0, 3}));
    EXPECT_EQ(list.view().packed().size(), list.size());
    EXPECT_TRUE(std::ranges::equal(RdataList(list.view()).view().packed(), list.view().packed()));
}

}  // namespace
}  // namespace homeport::dns
