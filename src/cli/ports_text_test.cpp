#include "cli/ports_text.hpp"

#include <gmock/gmock.h>

namespace homeport::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string with_port(const std::string& fields) {
    return R"({"ports":[{"service":"web","transport":"tcp","family":"ipv4","external":443,)"
           R"("internal":50123,)" +
           fields + "}]}";
}

TEST(PortsText, AProvenPort) {
    const std::string text = render_ports(R"({
        "address":{"ipv4":{"address":"203.0.113.5","reason":"3 say so"},
                   "ipv6":{"address":null,"reason":"nobody said"}},
        "ports":[{"service":"web","transport":"tcp","family":"ipv4","external":443,
                  "internal":50123,"state":"mapped","by":"UPnP","address":"203.0.113.5",
                  "fault":"","retry_s":null,"proof":"arrived here","proven_s":7,"detail":""},
                 {"service":"game","transport":"udp","family":"ipv6","external":50200,
                  "internal":50200,"state":"not needed","by":"","proof":"not tested",
                  "proven_s":null}]})");
    EXPECT_EQ(text,
              "IPv4: 203.0.113.5\n"
              "IPv6: unknown (nobody said)\n"
              "\n"
              "SERVICE  OUTSIDE         HERE   ROUTER          FROM OUTSIDE\n"
              "web      IPv4 443/tcp    50123  opened by UPnP  proven 7 s ago\n"
              "game     IPv6 50200/udp  50200  not needed      not tested\n");
}

TEST(PortsText, ARouterThatRefuses) {
    const std::string text = render_ports(
        with_port(R"("state":"failed","fault":"the port belongs to another device","retry_s":75)"));
    EXPECT_THAT(text, AllOf(HasSubstr("not opened: the port belongs to another device; again in "
                                      "75 s"),
                            HasSubstr("Next step: allow this device to open ports"),
                            HasSubstr("forward IPv4 443/tcp to this device's port 50123")));
}

TEST(PortsText, ARouterThatIsSilent) {
    EXPECT_THAT(render_ports(with_port(R"("state":"waiting")")),
                AllOf(HasSubstr("none answers"), HasSubstr("Next step: switch UPnP")));
}

TEST(PortsText, AnOpenPortWhereNothingArrives) {
    const std::string text = render_ports(
        with_port(R"("state":"mapped","by":"PCP","proof":"no answer","detail":"silence",)"
                  R"("proven_s":130)"));
    EXPECT_THAT(text, AllOf(HasSubstr("no answer from outside (silence), last proven 2 min ago"),
                            HasSubstr("Next step: run 'homeport doctor'")));
}

TEST(PortsText, NothingToDoWhileAsking) {
    EXPECT_THAT(render_ports(with_port(R"("state":"asking","by":"NAT-PMP")")),
                AllOf(HasSubstr("is asked, NAT-PMP"), Not(HasSubstr("Next step"))));
}

TEST(PortsText, NoPortsAtAll) {
    EXPECT_EQ(render_ports(R"({"ports":[]})"), "No service has a port at the router.\n");
    EXPECT_EQ(render_ports(R"({"active":false,"why":"the relay answers for no names","ports":[],
                "address":{"ipv4":{"address":"203.0.113.5","changes":"every day"}}})"),
              "IPv4: 203.0.113.5, changes every day\n\n"
              "All visitors come by way of the relay: the relay answers for no names.\n");
}

TEST(PortsText, StrangeAnswersAreShownAsFarAsTheyGo) {
    EXPECT_EQ(render_ports("[]"), "The answer could not be understood.\n");
    EXPECT_THAT(render_ports(R"({"address":7,"ports":[3,{"service":"a\u001b[2J","external":-1,)"
                             R"("proven_s":1e300,"retry_s":"x","state":"failed"}]})"),
                AllOf(HasSubstr("a?[2J"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace homeport::cli
