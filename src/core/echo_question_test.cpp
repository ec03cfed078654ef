#include "core/echo_question.hpp"

#include <gmock/gmock.h>

namespace homeport {
namespace {

using ::testing::HasSubstr;

EchoQuestion question(std::string name, bool text, HostPort server) {
    return {.name = std::move(name), .text = text, .server = std::move(server)};
}

TEST(EchoQuestion, IsReadWithAndWithoutItsPort) {
    EXPECT_EQ(EchoQuestion::parse("MyIP.opendns.com.@Resolver1.OpenDNS.com").value(),
              question("myip.opendns.com", false, {"resolver1.opendns.com", 53}));
    EXPECT_EQ(EchoQuestion::parse("TXT o-o.myaddr.l.google.com@ns1.google.com:5353").value(),
              question("o-o.myaddr.l.google.com", true, {"ns1.google.com", 5353}));
    EXPECT_EQ(EchoQuestion::parse("txt a.net@192.0.2.1").value(),
              question("a.net", true, {"192.0.2.1", 53}));
    EXPECT_EQ(EchoQuestion::parse("a.net@2001:DB8::1").value(),
              question("a.net", false, {"2001:db8::1", 53}));
    EXPECT_EQ(EchoQuestion::parse("a.net@[2001:db8::1]:5353").value(),
              question("a.net", false, {"2001:db8::1", 5353}));
}

TEST(EchoQuestion, FaultsAreNamed) {
    const std::pair<const char*, const char*> table[] = {
        {"", "names no server"},
        {"myip.opendns.com", "names no server"},
        {"@ns1.google.com", "\"\" is not a host name"},
        {"TXT @ns1.google.com", "\"\" is not a host name"},
        {"*.a.net@ns1.a.net", "\"*.a.net\" is not a host name"},
        {"AAAA a.net@ns1.a.net", "\"AAAA a.net\" is not a host name"},
        {"a.net@", "\"\" is not a host name"},
        {"a.net@b.net@c.net", "\"b.net@c.net\" is not a host name"},
        {"a.net@*.b.net", "\"*.b.net\" is not a host name"},
        {"a.net@b.net:0", "port"},
        {"a.net@b.net:70000", "port"},
        {"a.net@b.net:", "port"},
        {"a.net@2001:db8::g", "port"},
        {"a.net@0.0.0.0", "is no address to ask"},
        {"a.net@[::]:53", "is no address to ask"},
    };
    for (const auto& [text, fault] : table) {
        const auto parsed = EchoQuestion::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::invalid);
        EXPECT_THAT(parsed.error().what, HasSubstr(fault)) << text;
    }
}

}  // namespace
}  // namespace homeport
