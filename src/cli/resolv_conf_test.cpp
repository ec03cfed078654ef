#include "cli/resolv_conf.hpp"

#include <gmock/gmock.h>

namespace homeport::cli {
namespace {

using testing::ElementsAre;

std::vector<std::string> found_in(std::string_view text) {
    std::vector<std::string> all;
    for (const Endpoint& resolver : resolvers_in(text)) all.push_back(resolver.to_string());
    return all;
}

// Lines of other kinds, comments, zones and noise are passed over; the order is kept.
TEST(ResolvConf, NameserversInOrder) {
    EXPECT_THAT(found_in("# nameserver 192.0.2.9\nsearch lan\n"
                         "nameserver 192.0.2.1 # mine\r\n\tnameserver\t2001:db8::1\n"
                         "nameserver fe80::1%eth0\nnameserver\nnameservers 192.0.2.8\n"
                         "nameserver 192.0.2.2"),
                ElementsAre("192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"));
}

TEST(ResolvConf, ThreeAreUsed) {
    EXPECT_THAT(found_in("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
                         "nameserver 192.0.2.4\n"),
                ElementsAre("192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"));
}

TEST(ResolvConf, NoneMeansThisHost) {
    EXPECT_THAT(found_in(""), ElementsAre("127.0.0.1:53"));
}

}  // namespace
}  // namespace homeport::cli
