#include "dns/sign/zone_key.hpp"

#include "dns/sign/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

TEST(ZoneKey, ExampleOfRfc6605) {
    const ZoneKey key(known_key());
    EXPECT_EQ(key.tag(), 55648);
    EXPECT_EQ(dnskey_record(name("example.net."), key.public_key()),
              "example.net. IN DNSKEY 257 3 13 "
              "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8N"
              "AA==");
    EXPECT_EQ(ds_record(name("example.net."), key.public_key()),
              "example.net. IN DS 55648 13 2 "
              "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17");
}

// The digest is over the name in small letters.
TEST(ZoneKey, DsKnowsNoCase) {
    const ZoneKey key(known_key());
    EXPECT_EQ(ds_rdata(name("EXAMPLE.net."), key.dnskey()),
              ds_rdata(name("example.net."), key.dnskey()));
    EXPECT_NE(ds_rdata(name("example.org."), key.dnskey()),
              ds_rdata(name("example.net."), key.dnskey()));
}

}  // namespace
}  // namespace homeport::dns
