#include "reach/wire/gena.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Gena, FieldsOfTheThreeRequests) {
    EXPECT_THAT(subscribe_fields("http://192.0.2.9:80/e", 1800s),
                ElementsAre(Pair("CALLBACK", "<http://192.0.2.9:80/e>"), Pair("NT", "upnp:event"),
                            Pair("TIMEOUT", "Second-1800")));
    EXPECT_THAT(renew_fields("uuid:1", 60s),
                ElementsAre(Pair("SID", "uuid:1"), Pair("TIMEOUT", "Second-60")));
    EXPECT_THAT(unsubscribe_fields("uuid:1"), ElementsAre(Pair("SID", "uuid:1")));
}

TEST(Gena, Grants) {
    EXPECT_EQ(read_grant(" uuid:1 ", "Second-1800")->sid, "uuid:1");
    EXPECT_EQ(read_grant("a", "second-1800")->lifetime, Duration{1800s});
    EXPECT_EQ(read_grant("a", "Second-0")->lifetime, kMinGenaLifetime);
    EXPECT_EQ(read_grant("a", "Second-infinite")->lifetime, kMaxGenaLifetime);
    EXPECT_EQ(read_grant("a", "infinite")->lifetime, kMaxGenaLifetime);
    EXPECT_EQ(read_grant("a", "Second-99999999999999999999")->lifetime, kMaxGenaLifetime);
    EXPECT_FALSE(read_grant("", "Second-1800").has_value());
    EXPECT_FALSE(read_grant("a\r\nb", "Second-1800").has_value());
    EXPECT_FALSE(read_grant(std::string(kMaxSidBytes + 1, 'a'), "Second-1800").has_value());
}

TEST(Gena, PropertiesThatMatter) {
    const auto change = read_property_set(
        "<e:propertyset xmlns:e=\"urn:schemas-upnp-org:event-1-0\"><e:property>"
        "<ExternalIPAddress>203.0.113.7</ExternalIPAddress></e:property><e:property>"
        "<ConnectionStatus>Connected</ConnectionStatus></e:property><e:property>"
        "<PortMappingNumberOfEntries>3</PortMappingNumberOfEntries></e:property>"
        "</e:propertyset>");
    ASSERT_TRUE(change.has_value());
    EXPECT_EQ(change->external_address, "203.0.113.7");
    EXPECT_EQ(change->connection_status, "Connected");
    EXPECT_FALSE(change->update_id.has_value());
    EXPECT_FALSE(change->empty());
    EXPECT_TRUE(read_property_set("<a/>")->empty());
    EXPECT_FALSE(read_property_set("<!DOCTYPE a>").has_value());
}

}  // namespace
}  // namespace homeport::reach
