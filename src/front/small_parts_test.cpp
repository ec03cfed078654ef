#include "front/doorman.hpp"
#include "front/places.hpp"
#include "front/proxy_header.hpp"
#include "front/routes.hpp"
#include "front/stand_in.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace homeport::front {
namespace {

ServiceEntry* entry(std::uintptr_t number) {
    return reinterpret_cast<ServiceEntry*>(number * 16);
}

IpAddress ip(const char* text) {
    return *IpAddress::parse(text);
}

TEST(RoutesTest, CanonicalHost) {
    EXPECT_EQ(canonical_host("HOME.Example.net.:80"), "home.example.net");
    EXPECT_EQ(canonical_host("[2001:DB8::1]:80"), "[2001:db8::1]");
    EXPECT_EQ(canonical_host(""), "");
}

// An exact name wins, then the longest wildcard; a wildcard is not its own base.
TEST(RoutesTest, HostPrecedence) {
    HostTable table;
    EXPECT_TRUE(table.add(*HostGlob::parse("*.example.net"), entry(1)));
    EXPECT_TRUE(table.add(*HostGlob::parse("*.home.example.net"), entry(2)));
    EXPECT_TRUE(table.add(*HostGlob::parse("a.home.example.net"), entry(3)));
    EXPECT_EQ(table.find("a.home.example.net"), entry(3));
    EXPECT_EQ(table.find("b.home.example.net"), entry(2));
    EXPECT_EQ(table.find("x.b.home.example.net"), entry(2));
    EXPECT_EQ(table.find("home.example.net"), entry(1));
    EXPECT_EQ(table.find("example.net"), nullptr);
    EXPECT_EQ(table.find("net"), nullptr);
    EXPECT_FALSE(table.add(*HostGlob::parse("*.example.net"), entry(9)));
    EXPECT_TRUE(table.add(*HostGlob::parse("*.example.net"), entry(1)));
    table.remove(*HostGlob::parse("*.example.net"), entry(9));
    EXPECT_EQ(table.find("home.example.net"), entry(1));
    table.remove(*HostGlob::parse("*.example.net"), entry(1));
    EXPECT_EQ(table.find("home.example.net"), nullptr);
}

TEST(RoutesTest, Ports) {
    PortTable table;
    EXPECT_TRUE(table.add({100, 110}, entry(1)));
    EXPECT_FALSE(table.add({110, 120}, entry(2)));
    EXPECT_TRUE(table.add({111, 120}, entry(2)));
    EXPECT_EQ(table.find(110), entry(1));
    EXPECT_EQ(table.find(111), entry(2));
    EXPECT_EQ(table.find(99), nullptr);
    table.remove(entry(1));
    EXPECT_EQ(table.find(110), nullptr);
}

// per_service is hard; a source above per_source gets more only while the room is less than half
// full.
TEST(PlacesTest, ShareRule) {
    WaitingRoom room(10, 2);
    const IpAddress crowd = ip("192.0.2.1");
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(room.take(crowd)) << i;
    EXPECT_FALSE(room.take(crowd));
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(room.take(ip(("198.51.100." + std::to_string(i)).c_str())));
    }
    EXPECT_FALSE(room.take(ip("203.0.113.1")));
    EXPECT_EQ(room.taken(), 10U);
    room.give_back(crowd);
    EXPECT_FALSE(room.take(crowd));
    EXPECT_TRUE(room.take(ip("203.0.113.1")));
}

// A household's /64 counts as one source.
TEST(PlacesTest, Ipv6CountsByPrefix) {
    WaitingRoom room(2, 1);
    EXPECT_TRUE(room.take(ip("2001:db8:1:2::1")));
    EXPECT_FALSE(room.take(ip("2001:db8:1:2:ffff::9")));
    EXPECT_TRUE(room.take(ip("2001:db8:1:3::1")));
}

TEST(DoormanTest, Caps) {
    Doorman doorman(3, 2);
    auto first = doorman.admit(ip("192.0.2.1"));
    {
        auto second = doorman.admit(ip("192.0.2.1"));
        EXPECT_TRUE(second);
        EXPECT_FALSE(doorman.admit(ip("192.0.2.1")));
        auto balancer = doorman.admit(std::nullopt);
        EXPECT_FALSE(doorman.admit(ip("192.0.2.9")));
        EXPECT_FALSE(balancer->belongs_to(ip("192.0.2.1")));
        EXPECT_TRUE(balancer->belongs_to(ip("192.0.2.2")));
    }
    EXPECT_EQ(doorman.inside(), 1U);
    EXPECT_TRUE(doorman.admit(ip("192.0.2.1")));
}

// Rule: a source goes beyond its cap only while less than three quarters of the room are taken.
TEST(DoormanTest, OneSourceMayFillWhatOthersLeave) {
    Doorman doorman(8, 2);
    std::vector<Admission> inside;
    while (auto admission = doorman.admit(ip("192.0.2.1"))) inside.push_back(std::move(*admission));
    EXPECT_EQ(inside.size(), 6U);
    EXPECT_TRUE(doorman.admit(ip("192.0.2.2")));
}

using Status = ProxyResult::Status;

TEST(ProxyHeaderTest, VersionOne) {
    const std::string text = "PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\nGET";
    for (std::size_t i = 0; i + 3 < text.size(); ++i) {
        EXPECT_EQ(parse_proxy_header(as_bytes(text.substr(0, i))).status, Status::need_more) << i;
    }
    const ProxyResult result = parse_proxy_header(as_bytes(text));
    ASSERT_EQ(result.status, Status::complete);
    EXPECT_EQ(result.bytes, text.size() - 3);
    EXPECT_EQ(result.addresses->source.to_string(), "192.0.2.1:1234");
    EXPECT_EQ(result.addresses->destination.to_string(), "192.0.2.2:80");
    const ProxyResult unknown = parse_proxy_header(as_bytes("PROXY UNKNOWN ffff:: x\r\n"));
    EXPECT_EQ(unknown.status, Status::complete);
    EXPECT_FALSE(unknown.addresses);
    EXPECT_EQ(parse_proxy_header(as_bytes("PROXY TCP6 2001:db8::1 ::1 1 2\r\n")).status,
              Status::complete);
}

TEST(ProxyHeaderTest, VersionOneMalformed) {
    for (const std::string_view text :
         {"GET / HTTP/1.1\r\n", "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 1 2 3 4\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
          "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY \r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "proxy TCP4", "PROXX"}) {
        EXPECT_EQ(parse_proxy_header(as_bytes(text)).status, Status::malformed) << text;
    }
    EXPECT_EQ(parse_proxy_header(as_bytes("PROXY " + std::string(200, 'x'))).status,
              Status::malformed);
}

std::string v2(char command, char family, std::string_view block, std::size_t length) {
    std::string text("\r\n\r\n\0\r\nQUIT\n", 12);
    text += command;
    text += family;
    text += static_cast<char>(length >> 8);
    text += static_cast<char>(length & 0xff);
    return text.append(block);
}

TEST(ProxyHeaderTest, VersionTwo) {
    const std::string_view block("\xc0\0\2\1\xc0\0\2\2\x04\xd2\0\x50TLV", 15);
    const std::string text = v2(0x21, 0x11, block, 15);
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_EQ(parse_proxy_header(as_bytes(text.substr(0, i))).status, Status::need_more) << i;
    }
    const ProxyResult result = parse_proxy_header(as_bytes(text + "GET"));
    ASSERT_EQ(result.status, Status::complete);
    EXPECT_EQ(result.bytes, text.size());
    EXPECT_EQ(result.addresses->source.to_string(), "192.0.2.1:1234");
    EXPECT_EQ(result.addresses->destination.to_string(), "192.0.2.2:80");

    EXPECT_FALSE(parse_proxy_header(as_bytes(v2(0x20, 0x00, "", 0))).addresses);
    EXPECT_EQ(parse_proxy_header(as_bytes(v2(0x20, 0x00, "", 0))).status, Status::complete);
    EXPECT_EQ(parse_proxy_header(as_bytes(v2(0x21, 0x11, block, 11))).status, Status::malformed);
    EXPECT_EQ(parse_proxy_header(as_bytes(v2(0x31, 0x11, block, 15))).status, Status::malformed);
    EXPECT_EQ(parse_proxy_header(as_bytes(v2(0x22, 0x11, block, 15))).status, Status::malformed);
    EXPECT_EQ(parse_proxy_header(as_bytes(v2(0x21, 0x11, block, 5000))).status, Status::malformed);
    const ProxyResult v6 = parse_proxy_header(as_bytes(v2(0x21, 0x21, std::string(36, 'a'), 36)));
    ASSERT_EQ(v6.status, Status::complete);
    EXPECT_FALSE(v6.addresses->source.address.is_v4());
}

struct StandInTest : ::testing::Test {
    std::filesystem::path base = std::filesystem::path(::testing::TempDir()) / "homeport_stand_in";
    void SetUp() override {
        std::filesystem::create_directories(base / "pages");
        write("secret.html", "secret");
        write("pages/default.html", "default");
        write("pages/home.example.net.html", "of home");
    }
    void TearDown() override { std::filesystem::remove_all(base); }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(base / name) << text;
    }
};

TEST_F(StandInTest, HostThenDefault) {
    StandInPages pages((base / "pages").string());
    EXPECT_EQ(*pages.find("home.example.net", TimePoint{}), "of home");
    EXPECT_EQ(*pages.find("other.example.net", TimePoint{}), "default");
    write("pages/home.example.net.html", "changed");
    EXPECT_EQ(*pages.find("home.example.net", TimePoint{} + 1s), "of home");
    EXPECT_EQ(*pages.find("home.example.net", TimePoint{} + kStandInCacheTime), "changed");
    EXPECT_EQ(StandInPages("").find("home.example.net", TimePoint{}), nullptr);
}

// A name with a path in it reads nothing outside the directory.
TEST_F(StandInTest, NoTraversal) {
    StandInPages pages((base / "pages").string());
    for (const char* host :
         {"../secret", "..", "/etc/passwd", "a/../../secret", "..\\secret", ""}) {
        EXPECT_EQ(*pages.find(host, TimePoint{}), "default") << host;
    }
}

TEST_F(StandInTest, TooLargeIsLeftOut) {
    write("pages/big.html", std::string(kMaxStandInBytes + 1, 'x'));
    StandInPages pages((base / "pages").string());
    EXPECT_EQ(*pages.find("big", TimePoint{}), "default");
}

// Pages hold nothing of the visitor's that a browser would run.
TEST(PagesTest, EscapesTheHost) {
    EXPECT_EQ(error_page(404, "<script>")->find("<script>"), std::string::npos);
    EXPECT_THAT(answer_head(503, 7), ::testing::HasSubstr("Retry-After: 30\r\n"));
    EXPECT_THAT(answer_head(404, 7), ::testing::Not(::testing::HasSubstr("Retry-After")));
}

}  // namespace
}  // namespace homeport::front
