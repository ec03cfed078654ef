#include "reach/portmap/mapping.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

TEST(Mapping, WordsForPeople) {
    EXPECT_EQ(to_text(MapProtocol::nat_pmp), "NAT-PMP");
    EXPECT_EQ(to_text(Transport::udp), "UDP");
    EXPECT_EQ(to_text(MapFault::conflict), "the port belongs to another device");
}

}  // namespace
}  // namespace homeport::reach
