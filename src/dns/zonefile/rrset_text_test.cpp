#include "dns/zonefile/rrset_text.hpp"

#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

std::string text_of(RrType type, std::initializer_list<Octets> records) {
    const RdataList all = list(records);
    return to_text(name("x.example."), {.type = type, .ttl = 60, .records = all.view()});
}

TEST(RrsetText, has_a_line_for_each_record) {
    EXPECT_EQ(text_of(RrType::a, {address("192.0.2.1"), address("192.0.2.2")}),
              "x.example. 60 IN A 192.0.2.1\nx.example. 60 IN A 192.0.2.2\n");
    EXPECT_EQ(text_of(RrType::mx, {mx(10, "m.example.")}), "x.example. 60 IN MX 10 m.example.\n");
    EXPECT_EQ(text_of(RrType::txt, {text("a \"b\"\x01")}),
              "x.example. 60 IN TXT \"a \\\"b\\\"\\001\"\n");
    EXPECT_EQ(text_of(RrType::caa, {Build().u8(0).text("issue").add(as_bytes("ca")).bytes}),
              "x.example. 60 IN CAA 0 issue \"ca\"\n");
    EXPECT_EQ(text_of(RrType::a, {}), "");
}

// What ldns would write so that it is not read back as it was.
TEST(RrsetText, falls_back_to_the_generic_form) {
    EXPECT_EQ(text_of(RrType{65280}, {Build().u16(0xabcd).bytes}),
              "x.example. 60 IN TYPE65280 \\# 2 abcd\n");
    EXPECT_EQ(text_of(RrType{65280}, {{}}), "x.example. 60 IN TYPE65280 \\# 0\n");
    EXPECT_EQ(text_of(RrType::loc, {Build().u8(1).bytes}), "x.example. 60 IN LOC \\# 1 01\n");
    EXPECT_EQ(text_of(RrType::wks, {Build().u32(1).bytes}),
              "x.example. 60 IN WKS \\# 4 00000001\n");
}

// A zone with every kind of data is the same after it was written and read again.
TEST(RrsetText, reads_back) {
    const auto zone = read(std::string(kApexLines) +
                           "a A 192.0.2.1\na AAAA ::ffff:1.2.3.4\na TXT \"x;y\" \"\\255\\\"\"\n"
                           "a SRV 1 2 3 b\na CAA 0 issue \"ca\"\na NAPTR 1 2 u \"\" \"!a b!\" .\n"
                           "a HTTPS 1 . alpn=h2,h3 port=1 key9=\"a b\"\na TLSA 3 1 1 00\n"
                           "a LOC \\# 1 00\na MX 1 \\@.x.\n"
                           "a TYPE65280 \\# 1 00\n\\000\\.\\\"\\;\\@ A 192.0.2.1\n"
                           "b DS 1 13 2 00\nb NS c\n* CNAME a\na URI 1 2 \"http://x/?a=\\\"\"\n");
    ASSERT_TRUE(zone) << lines_of(zone.error()).front();
    const std::string text = dump(*zone->zone);
    const auto again = read(text);
    ASSERT_TRUE(again) << lines_of(again.error()).front() << "\n" << text;
    EXPECT_EQ(dump(*again->zone), text);
}

}  // namespace
}  // namespace homeport::dns
