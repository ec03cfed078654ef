#include "core/service.hpp"

#include <gmock/gmock.h>

namespace homeport {
namespace {

HostGlob glob(std::string_view text) {
    return HostGlob::parse(text).value();
}

TEST(ServiceKind, has_words) {
    for (const auto kind : {ServiceKind::tcp, ServiceKind::tls, ServiceKind::http}) {
        EXPECT_EQ(parse_service_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(parse_service_kind("udp"), std::nullopt);
    EXPECT_EQ(parse_service_kind("TCP"), std::nullopt);
}

TEST(PortRange, is_one_port_or_first_to_last) {
    EXPECT_EQ(PortRange::parse("8080"), (PortRange{8080, 8080}));
    EXPECT_EQ(PortRange::parse("42000-42010"), (PortRange{42000, 42010}));
    EXPECT_EQ((PortRange{8080, 8080}).to_string(), "8080");
    EXPECT_EQ((PortRange{1, 65535}).to_string(), "1-65535");
    EXPECT_EQ((PortRange{1, 65535}).count(), 65535U);
    for (const auto* text :
         {"", "0", "0-5", "5-4", "65536", "1-65536", "1-", "-1", "1-2-3", "http", "1 - 2"}) {
        EXPECT_FALSE(PortRange::parse(text)) << text;
    }
}

TEST(PortRange, overlaps_when_one_port_is_common) {
    const PortRange range{10, 20};
    EXPECT_TRUE(range.overlaps({20, 30}));
    EXPECT_TRUE(range.overlaps({1, 10}));
    EXPECT_TRUE(range.overlaps({12, 13}));
    EXPECT_FALSE(range.overlaps({21, 30}));
    EXPECT_FALSE(range.overlaps({1, 9}));
    EXPECT_TRUE(range.contains(PortRange{10, 20}));
    EXPECT_FALSE(range.contains(PortRange{10, 21}));
    EXPECT_TRUE(range.contains(std::uint16_t{20}));
    EXPECT_FALSE(range.contains(std::uint16_t{21}));
}

TEST(HostGlob, is_stored_in_one_form) {
    EXPECT_EQ(glob("Home.Example.NET.").text(), "home.example.net");
    EXPECT_EQ(glob("*.Example.net").text(), "*.example.net");
    EXPECT_EQ(glob("localhost").text(), "localhost");
    EXPECT_EQ(glob("_dmarc.a-b.net").text(), "_dmarc.a-b.net");
}

TEST(HostGlob, refuses_what_is_no_name) {
    const std::string long_label(64, 'a');
    std::string long_name = "a";
    while (long_name.size() < 254) long_name += ".a";
    const std::vector<std::string> bad{"",
                                       ".",
                                       "..",
                                       "a..b",
                                       ".a",
                                       "a..",
                                       "-a.net",
                                       "a-.net",
                                       "a b",
                                       "a/b",
                                       "h\xc3\xb6me.net",
                                       "*",
                                       "*.",
                                       "*.net",
                                       "*.*.net",
                                       "a.*.net",
                                       "*a.net",
                                       "**.a.net",
                                       "a:80",
                                       std::string("a\0b", 3),
                                       long_label,
                                       long_name};
    for (const auto& text : bad) EXPECT_FALSE(HostGlob::parse(text)) << text;
    EXPECT_TRUE(HostGlob::parse(long_label.substr(1)));
    EXPECT_TRUE(HostGlob::parse(long_name.substr(2)));
}

TEST(HostGlob, matches_at_any_depth_but_not_the_parent) {
    EXPECT_TRUE(glob("*.example.net").matches("a.example.net"));
    EXPECT_TRUE(glob("*.example.net").matches("a.b.example.net"));
    EXPECT_FALSE(glob("*.example.net").matches("example.net"));
    EXPECT_FALSE(glob("*.example.net").matches("badexample.net"));
    EXPECT_FALSE(glob("*.example.net").matches(".example.net"));
    EXPECT_TRUE(glob("example.net").matches("example.net"));
    EXPECT_FALSE(glob("example.net").matches("a.example.net"));
}

TEST(HostGlob, overlaps_when_one_name_is_common) {
    EXPECT_TRUE(glob("*.example.net").covers(glob("*.b.example.net")));
    EXPECT_FALSE(glob("*.b.example.net").covers(glob("*.example.net")));
    EXPECT_TRUE(glob("*.b.example.net").overlaps(glob("*.example.net")));
    EXPECT_TRUE(glob("a.example.net").overlaps(glob("*.example.net")));
    EXPECT_TRUE(glob("*.example.net").overlaps(glob("*.example.net")));
    EXPECT_FALSE(glob("example.net").overlaps(glob("*.example.net")));
    EXPECT_FALSE(glob("*.badexample.net").overlaps(glob("*.example.net")));
}

}  // namespace
}  // namespace homeport
