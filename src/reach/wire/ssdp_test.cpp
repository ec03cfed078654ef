#include "reach/wire/ssdp.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using Kind = SsdpMessage::Kind;

Result<SsdpMessage> read(const std::string& text) {
    return read_ssdp(as_bytes(text));
}

TEST(Ssdp, SearchNamesItsTarget) {
    EXPECT_EQ(write_search(ssdp_group_v4(), "urn:x:1", 2s),
              "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
              "MX: 2\r\nST: urn:x:1\r\n\r\n");
    EXPECT_NE(write_search(ssdp_group_v6(), "x", 90s).find("HOST: [ff02::c]:1900\r\n"),
              std::string::npos);
}

TEST(Ssdp, AnswerOfMiniupnpd) {
    const auto message = read(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\n"
        "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:2\r\n"
        "USN: uuid:AA-bb::urn:schemas-upnp-org:device:InternetGatewayDevice:2\r\nEXT:\r\n"
        "SERVER: Debian UPnP/1.1 MiniUPnPd/2.3.1\r\n"
        "LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n"
        "OPT: \"http://schemas.upnp.org/upnp/1/0/\"; ns=01\r\n01-NLS: 17\r\n"
        "BOOTID.UPNP.ORG: 17\r\nCONFIGID.UPNP.ORG: 1337\r\n\r\n");
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->kind, Kind::answer);
    EXPECT_EQ(message->target, "urn:schemas-upnp-org:device:InternetGatewayDevice:2");
    EXPECT_EQ(message->uuid, "aa-bb");
    EXPECT_EQ(message->location, "http://192.168.1.1:5000/rootDesc.xml");
    EXPECT_EQ(message->server, "Debian UPnP/1.1 MiniUPnPd/2.3.1");
    EXPECT_EQ(message->boot_id, 17U);
}

TEST(Ssdp, SloppyAnswersAreRead) {
    const auto message = read("HTTP/1.0  200\nlocation:http://192.0.2.1/ \nusn: 7\n\nUSN: uuid:x");
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->location, "http://192.0.2.1/");
    EXPECT_EQ(message->uuid, "");
    EXPECT_FALSE(message->boot_id.has_value());
}

TEST(Ssdp, Notifications) {
    const std::string head = "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nUSN: uuid:a\r\n";
    EXPECT_EQ(read(head + "NTS: ssdp:byebye\r\n\r\n")->kind, Kind::bye);
    EXPECT_EQ(read(head + "NTS: ssdp:alive\r\nLocation: http://192.0.2.1/\r\n\r\n")->kind,
              Kind::alive);
    EXPECT_EQ(read(head + "NTS: ssdp:update\r\nLocation: http://192.0.2.1/\r\n\r\n")->kind,
              Kind::update);
    EXPECT_FALSE(read(head + "NTS: ssdp:alive\r\n\r\n").has_value());
    EXPECT_FALSE(read(head + "NTS: else\r\nLocation: http://192.0.2.1/\r\n\r\n").has_value());
    EXPECT_FALSE(read(head + "\r\n").has_value());
}

TEST(Ssdp, OtherThingsAreRefused) {
    EXPECT_FALSE(read("").has_value());
    EXPECT_FALSE(read("M-SEARCH * HTTP/1.1\r\nLOCATION: http://192.0.2.1/\r\n\r\n").has_value());
    EXPECT_FALSE(read("HTTP/1.1 404 No\r\nLOCATION: http://192.0.2.1/\r\n\r\n").has_value());
    EXPECT_FALSE(read("HTTP/1.1 200 OK\r\n\r\n").has_value());
    std::string lines = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < kMaxSsdpLines; ++i) lines += "a: b\r\n";
    EXPECT_FALSE(read(lines + "LOCATION: http://192.0.2.1/\r\n\r\n").has_value());
    const std::string good = "HTTP/1.1 200 OK\r\nLOCATION: http://192.0.2.1/\r\nX: ";
    EXPECT_TRUE(read(good + std::string(kMaxSsdpBytes - good.size(), 'x')).has_value());
    EXPECT_FALSE(read(good + std::string(kMaxSsdpBytes, 'x')).has_value());
}

TEST(Ssdp, WordsOfARouterArePlain) {
    EXPECT_EQ(plain_words(" a\x1b[0m\xff "), "a?[0m?");
    EXPECT_EQ(plain_words(std::string(500, 'a')).size(), kMaxWordsBytes);
}

}  // namespace
}  // namespace homeport::reach
