#include "reach/truth/public_space.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

TEST(PublicSpace, IsThatOfTheRegistriesAndWhatALaboratoryAdds) {
    const PublicSpace world;
    EXPECT_TRUE(world.contains(ip("8.8.8.8")));
    EXPECT_FALSE(world.contains(ip("203.0.113.5")));
    const PublicSpace lab({Cidr::parse("203.0.113.0/24").value()});
    EXPECT_TRUE(lab.contains(ip("8.8.8.8")));
    EXPECT_TRUE(lab.contains(ip("203.0.113.5")));
    EXPECT_FALSE(lab.contains(ip("192.168.0.5")));
}

}  // namespace
}  // namespace homeport::reach
