#include "reach/portmap/upnp_actions.hpp"

#include "reach/portmap/upnp_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using What = UpnpListed::What;

UpnpOutcome done(SoapAnswer answer) {
    return {std::move(answer), MapFault::none, {}};
}

UpnpOutcome entry(std::string client, std::string port, std::string description = "x",
                  std::string enabled = "1") {
    return done({0,
                 "",
                 {{"NewInternalClient", std::move(client)},
                  {"NewInternalPort", std::move(port)},
                  {"NewEnabled", std::move(enabled)},
                  {"NewPortMappingDescription", std::move(description)},
                  {"NewLeaseDuration", "60"}}});
}

TEST(UpnpActions, MappingsInTheOrderOfTheStandard) {
    MappingWish wished = wish(1, 53, Transport::udp);
    wished.internal.port = 5353;
    wished.description = "odd\n\xff" + std::string(100, 'x');
    const SoapCall call = add_mapping(wished, 7200s);
    EXPECT_THAT(call.arguments,
                ElementsAre(Pair("NewRemoteHost", ""), Pair("NewExternalPort", "53"),
                            Pair("NewProtocol", "UDP"), Pair("NewInternalPort", "5353"),
                            Pair("NewInternalClient", "192.168.1.20"), Pair("NewEnabled", "1"),
                            Pair("NewPortMappingDescription", "odd??" + std::string(27, 'x')),
                            Pair("NewLeaseDuration", "7200")));
}

TEST(UpnpActions, PinholesNameProtocolsByNumber) {
    EXPECT_THAT(add_pinhole(wish_v6(1), 3600s).arguments,
                ElementsAre(Pair("RemoteHost", ""), Pair("RemotePort", "0"),
                            Pair("InternalClient", "2001:db8:1::20"), Pair("InternalPort", "443"),
                            Pair("Protocol", "6"), Pair("LeaseTime", "3600")));
    EXPECT_THAT(renew_pinhole("7", 60s).arguments,
                ElementsAre(Pair("UniqueID", "7"), Pair("NewLeaseTime", "60")));
}

TEST(UpnpActions, CallsAreHttp) {
    const UpnpService service{UpnpService::Kind::connection,
                              "urn:x:1",
                              HttpUrl::parse("http://192.168.1.1:5000/ctl").value(),
                              {}};
    const HttpCall call = http_call(service, remove_mapping(wish(1)));
    EXPECT_EQ(call.to, Endpoint::parse("192.168.1.1:5000").value());
    EXPECT_EQ(call.path, "/ctl");
    EXPECT_EQ(call.fields.back().second, "\"urn:x:1#DeletePortMapping\"");
    EXPECT_THAT(call.body, HasSubstr("<u:DeletePortMapping xmlns:u=\"urn:x:1\">"));
}

TEST(UpnpActions, EntriesOfTheTable) {
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.20", "443")).what, What::as_wished);
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.20", "443")).lease, 60s);
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.20", "443", "x", "0")).what,
              What::own_other);
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.20", "80", "homeport")).what,
              What::own_other);
    // Another program of this machine.
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.20", "80")).what, What::foreign);
    EXPECT_EQ(listed_mapping(wish(1), entry("192.168.1.21", "443")).what, What::foreign);
    EXPECT_EQ(listed_mapping(wish(1), done({})).what, What::nothing);
    EXPECT_EQ(listed_mapping(wish(1), entry("laptop", "443")).what, What::unknown);
    EXPECT_EQ(listed_mapping(wish(1), done({714, "", {}})).what, What::nothing);
    EXPECT_EQ(listed_mapping(wish(1), done({401, "", {}})).what, What::unknown);
    EXPECT_EQ(listed_mapping(wish(1), {}).what, What::unknown);
    EXPECT_EQ(listed_pinhole(done({704, "", {}})).what, What::nothing);
    EXPECT_EQ(listed_pinhole(done({})).what, What::as_wished);
    EXPECT_EQ(listed_pinhole(done({602, "", {}})).what, What::unknown);
}

TEST(UpnpActions, OutcomesOfCalls) {
    const auto of = [](Result<HttpReply> reply) { return outcome_of(reply, "X"); };
    EXPECT_EQ(of(fail(Errc::refused, "no")).fault, MapFault::silent);
    EXPECT_EQ(of(fail(Errc::limit, "no")).fault, MapFault::garbage);
    EXPECT_EQ(of(HttpReply{404, {}, {}}).fault, MapFault::unsupported);
    EXPECT_EQ(of(HttpReply{401, {}, {}}).fault, MapFault::not_authorized);
    EXPECT_EQ(of(HttpReply{200, {}, "<a/>"}).fault, MapFault::garbage);
    EXPECT_TRUE(of(HttpReply{200, {}, "<XResponse/>"}).done());
}

TEST(UpnpActions, AddressesThatMakeSense) {
    EXPECT_EQ(told_address("100.64.1.2"), ip("100.64.1.2"));
    for (const auto* const bad : {"", "0.0.0.0", "0.1.2.3", "127.0.0.1", "239.1.1.1", "x"}) {
        EXPECT_FALSE(told_address(bad).has_value()) << bad;
    }
}

TEST(UpnpActions, EntriesOfAnybody) {
    const UpnpEntry read = read_entry({0,
                                       "",
                                       {{"NewProtocol", "TCP"},
                                        {"NewExternalPort", "0"},
                                        {"NewInternalClient", "a\x01"},
                                        {"NewInternalPort", "70000"},
                                        {"NewEnabled", "0"}}});
    EXPECT_EQ(read.protocol, "TCP");
    EXPECT_EQ(read.external_port, 0);
    EXPECT_EQ(read.internal_client, "a?");
    EXPECT_EQ(read.internal_port, 0);
    EXPECT_FALSE(read.enabled);
}

}  // namespace
}  // namespace homeport::reach
