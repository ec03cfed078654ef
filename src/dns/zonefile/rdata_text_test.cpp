#include "dns/zonefile/rdata_text.hpp"

#include "core/text.hpp"
#include "dns/wire/rdata.hpp"
#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using ::testing::HasSubstr;

Result<std::string> wire(std::string_view text) {
    FaultList faults("z");
    Lexer lexer(text, faults);
    WordLine line;
    if (!lexer.next(line)) return fail(Errc::invalid, "no words");
    WordReader words(line.words);
    const RrType type = parse_rr_type(words.take().text).value();
    std::string out;
    if (auto done = append_rdata(out, type, words, testing::name("example.net.")); !done)
        return std::unexpected(done.error());
    if (auto good = check_rdata(type, as_bytes(out)); !good) return std::unexpected(good.error());
    return out;
}

/// The data as hexadecimal digits.
std::string hex(std::string_view text) {
    const auto out = wire(text);
    return out ? to_hex(as_bytes(*out)) : "refused: " + out.error().what;
}

std::string refusal(std::string_view text) {
    const auto out = wire(text);
    return out ? "accepted as " + to_hex(as_bytes(*out)) : out.error().what;
}

const std::string kRelativeA = "0161076578616d706c65036e657400";  // a.example.net.

TEST(RdataText, reads_the_types_of_zones) {
    EXPECT_EQ(hex("A 192.0.2.1"), "c0000201");
    EXPECT_EQ(hex("AAAA 2001:db8::1"), "20010db8000000000000000000000001");
    EXPECT_EQ(hex("NS a"), kRelativeA);
    EXPECT_EQ(hex("CNAME @"), kRelativeA.substr(4));
    EXPECT_EQ(hex("MX 10 a"), "000a" + kRelativeA);
    EXPECT_EQ(hex("SOA . a 1 1h 2 3 4"),
              "00" + kRelativeA + "0000000100000e10000000020000000300000004");
    EXPECT_EQ(hex("TXT \"a b\" c \"\""), "03612062016300");
    EXPECT_EQ(hex("SRV 1 2 65535 a"), "00010002ffff" + kRelativeA);
    EXPECT_EQ(hex("CAA 0 issue \"ca; x\""), "000569737375656361" + std::string("3b2078"));
    EXPECT_EQ(hex("DS 1 ECDSAP256SHA256 2 AA BB"), "00010d02aabb");
    EXPECT_EQ(hex("DS 1 13 2 ( AA\n BB )"), "00010d02aabb");
    EXPECT_EQ(hex("TLSA 3 1 1 0a0b"), "0301010a0b");
    EXPECT_EQ(hex("NAPTR 1 2 \"u\" \"\" \"!a!\" ."), "000100020175000321612100");
    EXPECT_EQ(hex("HINFO a b"), "01610162");
    EXPECT_EQ(hex("URI 1 2 \"a:b\""), "00010002613a62");
    EXPECT_EQ(hex("SSHFP 1 2 00"), "010200");
    EXPECT_EQ(hex("CERT PKIX 1 5 TWFu"), "00010001054d616e");
    EXPECT_EQ(hex("OPENPGPKEY TW Fu"), "4d616e");
    EXPECT_EQ(hex("CSYNC 1 3 A NS AAAA"), "00000001000300046000000" + std::string("8"));
}

// RFC 3597 section 5: for every type, checked like the form of the type.
TEST(RdataText, reads_the_generic_form) {
    EXPECT_EQ(hex("TYPE65280 \\# 0"), "");
    EXPECT_EQ(hex("TYPE65280 \\# 3 ab CD ef"), "abcdef");
    EXPECT_EQ(hex("A \\# 4 c0000201"), "c0000201");
    EXPECT_THAT(refusal("A \\# 3 c00002"), HasSubstr("malformed"));
    EXPECT_THAT(refusal("A \\#"), HasSubstr("without a length"));
    EXPECT_THAT(refusal("A \\# 4 c00002"), HasSubstr("says 4 octets, but 3 follow"));
    EXPECT_THAT(refusal("A \\# 1 zz"), HasSubstr("not hexadecimal"));
    EXPECT_THAT(refusal("A \\# 65536 00"), HasSubstr("no number up to 65535"));
    EXPECT_THAT(refusal("TYPE65280 abc"), HasSubstr("write it as TYPE65280 \\# LENGTH HEX"));
    for (const auto* other : {"TYPE11 192.0.2.1 6 80", "LOC 52 22 23 N 4 53 32 E 0m"})
        EXPECT_THAT(refusal(other), HasSubstr("generic form only")) << other;
    EXPECT_EQ(hex("TXT \"\\\\#\" 0"), "025c230130");
}

// ldns takes each of these without a word.
TEST(RdataText, refuses_what_is_out_of_range) {
    EXPECT_THAT(refusal("MX 65536 a"), HasSubstr("no number up to 65535"));
    EXPECT_THAT(refusal("MX -1 a"), HasSubstr("no number"));
    EXPECT_THAT(refusal("TLSA 256 1 1 00"), HasSubstr("no number up to 255"));
    EXPECT_THAT(refusal("DS 1 13 2 abc"), HasSubstr("not hexadecimal"));
    EXPECT_THAT(refusal("CSYNC 1 3 A NSS"), HasSubstr("\"NSS\" is no type"));
    EXPECT_EQ(hex("NS @.a."), "014001" + std::string("6100"));
}

TEST(RdataText, wants_all_values_and_no_more) {
    EXPECT_THAT(refusal("MX 10"), HasSubstr("MX needs more than 1 values"));
    EXPECT_THAT(refusal("TXT"), HasSubstr("TXT needs more than 0"));
    EXPECT_THAT(refusal("A 192.0.2.1 x"), HasSubstr("\"x\" is too much for A"));
    EXPECT_THAT(refusal("TXT " + std::string(256, 'x')), HasSubstr("cut it into several"));
    std::string many = "TXT";
    for (int i = 0; i < 300; ++i) many += " x";
    EXPECT_EQ(hex(many).size(), 300U * 4);
    for (int i = 0; i < 33000; ++i) many += " x";
    EXPECT_THAT(refusal(many), HasSubstr("more than 65535 octets"));
}

TEST(ServiceParameters, are_sorted_and_typed) {
    EXPECT_EQ(hex("HTTPS 0 a"), "0000" + kRelativeA);
    EXPECT_EQ(hex("HTTPS 1 . port=8443 alpn=\"h2,h3\""),
              "00010000010006026832026833000300" + std::string("0220fb"));
    EXPECT_EQ(hex("SVCB 1 . key667=\"a\\210b\""), "000100029b000361d262");
    EXPECT_EQ(hex("SVCB 1 . ipv4hint=192.0.2.1,192.0.2.2"), "00010000040008c0000201c0000202");
    EXPECT_EQ(hex("SVCB 1 . ipv6hint=::1"), "00010000060010" + std::string(31, '0') + "1");
    EXPECT_EQ(hex("SVCB 1 . mandatory=alpn alpn=h2 no-default-alpn"),
              "00010000000002000100010003026832000200" + std::string("00"));
    EXPECT_EQ(hex("SVCB 1 . ech=TWFu"), "000100000500034d616e");
    // RFC 9460 appendix D.1: the same list, written in two ways.
    const std::string both = R"(SVCB 16 foo.example.org. alpn="f\\\\oo\\,bar,h2")";
    EXPECT_EQ(hex(both), "001003666f6f076578616d706c65036f72670000010" +
                             std::string("00c08665c6f6f2c626172026832"));
    EXPECT_EQ(hex(both), hex(R"(SVCB 16 foo.example.org. alpn=f\\\092oo\092,bar,h2)"));
}

// RFC 9460 appendix D.3 and more.
TEST(ServiceParameters, are_refused_when_wrong) {
    for (const auto* bad : {"alpn",
                            "alpn=",
                            "alpn=,h2",
                            "port=65536",
                            "port",
                            "ipv4hint=1.2.3",
                            "ech=!",
                            "ipv6hint=1.2.3.4",
                            "no-default-alpn",
                            "alpn=h2 no-default-alpn=x",
                            "mandatory",
                            "mandatory=alpn",
                            "mandatory=mandatory",
                            "alpn=h2 mandatory=alpn,alpn",
                            "key65535=x",
                            "keyx=1",
                            "foo=1",
                            "key123=abc key123=def",
                            "=",
                            "key5"}) {
        EXPECT_FALSE(wire("SVCB 1 . " + std::string(bad)) && std::string_view(bad) != "key5")
            << bad;
    }
    const std::string digits(46, '1');
    EXPECT_FALSE(wire("SVCB 1 . ipv6hint=" + digits));
}

}  // namespace
}  // namespace homeport::dns
