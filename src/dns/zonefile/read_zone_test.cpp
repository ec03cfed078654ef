#include "dns/zonefile/read_zone.hpp"

#include "dns/zonefile/limits.hpp"
#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string apex_and(std::string_view more) {
    return std::string(kApexLines) + std::string(more);
}

/// The zone without its apex, or the faults.
std::string shown(std::string_view more) {
    const auto zone = read(apex_and(more));
    if (!zone) return lines_of(zone.error()).front();
    const std::string text = dump(*zone->zone);
    const auto below = text.find("\n", text.find(" SOA ")) + 1;
    return text.substr(below);
}

// The example of RFC 1035 section 5.3, with what later RFCs added.
TEST(ReadZone, reads_what_people_write) {
    const auto zone = read(R"($TTL 1h
@   IN  SOA     VENERA      Action\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM
        NS      A.ISI.EDU.
        NS      VENERA
        MX      10      VENERA
A       A       26.3.0.103
VENERA  A       10.1.0.52
        IN 60 A 128.9.0.32
$ORIGIN sub
www 5m IN A 192.0.2.1
@ TXT "two words" one
)",
                           "ISI.EDU.");
    ASSERT_TRUE(zone) << lines_of(zone.error()).front();
    EXPECT_EQ(dump(*zone->zone),
              "ISI.EDU. 3600 IN NS A.ISI.EDU.\n"
              "ISI.EDU. 3600 IN NS VENERA.ISI.EDU.\n"
              "ISI.EDU. 3600 IN SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 "
              "60\n"
              "ISI.EDU. 3600 IN MX 10 VENERA.ISI.EDU.\n"
              "A.ISI.EDU. 3600 IN A 26.3.0.103\n"
              "sub.ISI.EDU. 3600 IN TXT \"two words\" \"one\"\n"
              "www.sub.ISI.EDU. 300 IN A 192.0.2.1\n"
              "VENERA.ISI.EDU. 60 IN A 10.1.0.52\n"
              "VENERA.ISI.EDU. 60 IN A 128.9.0.32\n");
    EXPECT_THAT(lines_of(zone->warnings),
                ElementsAre("z:13: VENERA.ISI.EDU. A: TTL 60 differs from 3600 in line 12, 60 is "
                            "taken (give all records of a name and type one TTL)"));
}

TEST(ReadZone, makes_a_soa) {
    const auto zone = read("www A 192.0.2.1\n@ NS ns2\n@ NS ns1\n");
    ASSERT_TRUE(zone);
    EXPECT_EQ(to_text(zone->zone->apex(), zone->zone->soa()),
              "example.net. 300 IN SOA ns2.example.net. hostmaster.example.net. 7 3600 600 1209600 "
              "60\n");
    EXPECT_EQ(read(kApexLines)->zone->serial(), 1U);
}

TEST(ReadZone, needs_a_name_server) {
    EXPECT_THAT(faults("www A 192.0.2.1\nsub NS ns1\n"),
                ElementsAre("z:1: example.net. has no name server (add a record such as: @ NS "
                            "ns1.example.net.)"));
    EXPECT_THAT(faults(""), SizeIs(1));
    EXPECT_THAT(faults("@ SOA a b 1 2 3 4 5\n"), SizeIs(1));
    // Who wrote one with a fault hears of the fault only.
    EXPECT_THAT(faults("@ NS a..b\n"),
                ElementsAre(HasSubstr("z:1: name \"a..b\": has an empty label")));
}

TEST(ReadZone, takes_ttl_and_class_in_any_order) {
    EXPECT_EQ(shown("a 60 IN A 192.0.2.1\n"), "a.example.net. 60 IN A 192.0.2.1\n");
    EXPECT_EQ(shown("a IN 60 A 192.0.2.1\n"), "a.example.net. 60 IN A 192.0.2.1\n");
    EXPECT_EQ(shown("a A 192.0.2.1\n"), "a.example.net. 300 IN A 192.0.2.1\n");
    EXPECT_EQ(shown("a 60 A 192.0.2.1\nb A 192.0.2.1\n"),
              "a.example.net. 60 IN A 192.0.2.1\nb.example.net. 300 IN A 192.0.2.1\n");
    EXPECT_EQ(shown("in in in a 192.0.2.1\n"),
              "z:3: \"in\" is no type that homeport knows (write "
              "a type such as A, or TYPE123 \\# LENGTH HEX)");
    EXPECT_EQ(shown("ns ns ns\n"), "ns.example.net. 300 IN NS ns.example.net.\n");
}

// All of them in one run, each with its line and what to do.
TEST(ReadZone, reports_every_fault) {
    EXPECT_THAT(
        faults(apex_and("$INCLUDE other.zone\n"
                        "$GENERATE 1-9 a$ A 192.0.2.$\n"
                        "$FOO\n"
                        "a 1x A 192.0.2.1\n"
                        "a CH A 192.0.2.1\n"
                        "a FOO bar\n"
                        "a\n"
                        "a A 192.0.2.256\n"
                        "a MX ( 10\n"
                        "  m..x )\n"
                        "a.example.org. A 192.0.2.1\n"
                        "a DNSKEY 257 3 13 TWFu\n"
                        "$TTL\n"
                        "$ORIGIN\n"
                        "$TTL 1 2\n"
                        "$TTL x\n")),
        ElementsAre(HasSubstr("z:3: $INCLUDE is not supported (copy the records"),
                    HasSubstr("z:4: $GENERATE is not supported (write the records"),
                    HasSubstr("z:5: \"$FOO\" is not known (known are $ORIGIN and $TTL"),
                    HasSubstr("z:6: \"1x\" is no time"),
                    HasSubstr("z:7: class CH is not served (write IN"),
                    HasSubstr("z:8: \"FOO\" is no type"),
                    HasSubstr("z:9: the record has no type (write it as: NAME TTL TYPE DATA)"),
                    HasSubstr("z:10: \"192.0.2.256\" is no IPv4 address"),
                    HasSubstr("z:12: name \"m..x\": has an empty label (remove the extra dot)"),
                    HasSubstr("z:13: a.example.org. is not in the zone example.net."),
                    HasSubstr("z:14: DNSKEY: homeport signs by itself (remove the record)"),
                    HasSubstr("z:15: $TTL without a time"), HasSubstr("z:16: $ORIGIN without"),
                    HasSubstr("z:17: $TTL takes one time"), HasSubstr("z:18: \"x\" is no time")));
}

TEST(ReadZone, reports_what_the_editor_refuses) {
    EXPECT_THAT(faults(apex_and("a CNAME b\nb A 192.0.2.1\na TXT x\n")),
                ElementsAre(HasSubstr("z:5: a.example.net. TXT: CNAME stands alone")));
    EXPECT_THAT(faults(apex_and("a CNAME b\na CNAME c\n")),
                ElementsAre(HasSubstr("z:3: a.example.net. CNAME: there may be one only")));
    EXPECT_THAT(faults(apex_and("@ SOA a b 1 2 3 4 5\n@ SOA a b 2 2 3 4 5\n")),
                ElementsAre(HasSubstr("SOA: there may be one only")));
    EXPECT_THAT(faults(apex_and("a A 192.0.2.1\na A \\# 1 00\n")),
                ElementsAre(HasSubstr("z:4: a.example.net. A: malformed")));
    EXPECT_THAT(faults(apex_and("* NS a\n")), ElementsAre(HasSubstr("means nothing at a wildc")));
    EXPECT_THAT(faults(apex_and("a DNAME b\n")), ElementsAre(HasSubstr("z:3: ")));
    EXPECT_THAT(faults(apex_and("a ANY \\# 0\n")), SizeIs(1));
}

TEST(ReadZone, warns_of_copies) {
    const auto zone = read(apex_and("a NS b\nx A 192.0.2.1\na NS B\n"));
    ASSERT_TRUE(zone);
    EXPECT_THAT(
        lines_of(zone->warnings),
        ElementsAre("z:5: a.example.net. NS: the same record stands in line 3 (remove one)"));
}

// Sets may be scattered, and names differ in case.
TEST(ReadZone, brings_sets_together) {
    EXPECT_EQ(shown("a A 192.0.2.1\nb A 192.0.2.1\nA A 192.0.2.2\n"),
              "a.example.net. 300 IN A 192.0.2.1\na.example.net. 300 IN A 192.0.2.2\n"
              "b.example.net. 300 IN A 192.0.2.1\n");
}

TEST(ReadZone, wants_a_name_before_a_blank) {
    EXPECT_THAT(faults(" A 192.0.2.1\n"),
                ElementsAre("z:1: the first record has no name (write @ for the zone's own)"));
}

TEST(ReadZone, keeps_limits) {
    std::string many = apex_and("");
    for (int i = 0; i < 50; ++i) many += "a A x\n";
    EXPECT_THAT(faults(many), SizeIs(kMaxZoneFaults));
    EXPECT_THAT(faults(std::string(kMaxZoneTextBytes + 1, '\n')),
                ElementsAre(HasSubstr("longer than 64 MiB")));
    std::string crowd = apex_and("");
    for (int i = 0; i < 2049; ++i) crowd += "a TXT " + std::to_string(i) + "\n";
    EXPECT_THAT(faults(crowd), ElementsAre(HasSubstr("z:3: a.example.net. TXT: too many")));
}

TEST(CheckZones, tells_the_faults_of_all) {
    const std::string good = apex_and("a A 192.0.2.1\n");
    const std::vector<ZoneText> texts{{.source = "one", .text = "x", .apex = name("a.")},
                                      {.source = "two", .text = good, .apex = name("b.")},
                                      {.source = "three", .text = "y", .apex = name("c.")}};
    EXPECT_THAT(lines_of(check_zones(texts)),
                ElementsAre(HasSubstr("one:1: "), HasSubstr("three:1: ")));
    EXPECT_THAT(check_zones(std::span(texts).subspan(1, 1)), IsEmpty());
}

}  // namespace
}  // namespace homeport::dns
