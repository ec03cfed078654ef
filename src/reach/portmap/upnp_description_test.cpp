#include "reach/portmap/upnp_description.hpp"

#include "reach/portmap/limits.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

const HttpUrl kLocation = HttpUrl::parse("http://192.168.1.1:5000/a/desc.xml").value();

std::string service(const std::string& type, const std::string& control,
                    const std::string& events = "/evt") {
    return "<service><serviceType>urn:schemas-upnp-org:service:" + type +
           "</serviceType><serviceId>x</serviceId><controlURL>" + control +
           "</controlURL><eventSubURL>" + events + "</eventSubURL></service>";
}

UpnpDescription read(const std::string& inside) {
    return read_description("<root>" + inside + "</root>", kLocation).value();
}

TEST(UpnpDescription, NestedDevicesAndSeveralServices) {
    const auto found = read(
        "<device><friendlyName>F</friendlyName><manufacturer>M</manufacturer><modelName>R&amp;1"
        "</modelName><serviceList>" +
        service("Layer3Forwarding:1", "/l3") +
        "</serviceList><deviceList><device><manufacturer>Other</manufacturer><serviceList>" +
        service("WANIPConnection:2", "/ip") + service("WANPPPConnection:1", "ppp") +
        service("WANIPv6FirewallControl:1", "/fw", "") + "</serviceList></device></deviceList>" +
        "</device>");
    EXPECT_EQ(found.name, "M R&1");
    ASSERT_EQ(found.services.size(), 3U);
    EXPECT_EQ(found.services[0].type, "urn:schemas-upnp-org:service:WANIPConnection:2");
    EXPECT_EQ(found.services[0].control.to_string(), "http://192.168.1.1:5000/ip");
    EXPECT_EQ(found.services[0].events->path, "/evt");
    EXPECT_EQ(found.services[1].control.path, "/a/ppp");
    EXPECT_EQ(found.services[2].kind, UpnpService::Kind::firewall);
    EXPECT_FALSE(found.services[2].events.has_value());
}

TEST(UpnpDescription, BaseOfTheSameHostCounts) {
    const std::string one = service("WANIPConnection:1", "ctl");
    EXPECT_EQ(read("<URLBase>http://192.168.1.1:49152/b/</URLBase>" + one)
                  .services[0]
                  .control.to_string(),
              "http://192.168.1.1:49152/b/ctl");
    EXPECT_EQ(read("<URLBase>http://198.51.100.1/b/</URLBase>" + one).services[0].control.path,
              "/a/ctl");
}

TEST(UpnpDescription, WhatCannotBeCalledIsLeftOut) {
    EXPECT_TRUE(read(service("WANIPConnection:1", "http://192.168.1.9/ctl")).services.empty());
    EXPECT_TRUE(read(service("WANIPConnection:1", "")).services.empty());
    EXPECT_TRUE(read(service("WANIPConnection:1\"&gt;", "/ctl")).services.empty());
    EXPECT_TRUE(read("<service><controlURL>/ctl</controlURL></service>").services.empty());
    EXPECT_FALSE(read(service("WANIPConnection:1", "/c", "http://192.168.1.9/e"))
                     .services[0]
                     .events.has_value());
}

TEST(UpnpDescription, ServicesAreLimited) {
    std::string many;
    for (std::size_t i = 0; i < kMaxUpnpServices + 3; ++i)
        many += service("WANIPConnection:1", "/c");
    EXPECT_EQ(read(many).services.size(), kMaxUpnpServices);
    EXPECT_FALSE(read_description("<!DOCTYPE x>", kLocation).has_value());
}

}  // namespace
}  // namespace homeport::reach
