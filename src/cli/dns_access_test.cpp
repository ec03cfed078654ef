#include "cli/dns_access.hpp"

#include <gmock/gmock.h>

namespace homeport::cli {
namespace {

using testing::HasSubstr;

config::DnsKey key() {
    config::DnsKey key;
    key.name = "home-key.example.net";
    key.secret.resize(32);
    key.transfer = {"example.net"};
    key.update = {HostGlob::parse("*.dyn.example.net").value()};
    return key;
}

TEST(DnsAccess, RightsAreThoseOfTheSettings) {
    const auto access = make_access({key()});
    ASSERT_TRUE(access) << access.error().what;
    const auto name = [](const char* text) { return dns::Name::parse(text).value(); };
    const auto* const found = (*access)->keys().find(name("home-key.example.net"));
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE((*access)->may_transfer(*found, name("example.net")));
    EXPECT_FALSE((*access)->may_transfer(*found, name("example.org")));
    ASSERT_EQ((*access)->may_update(*found).rules.size(), 1U);
    EXPECT_EQ((*access)->may_update(*found).rules[0].reach, dns::UpdateReach::below);
}

TEST(DnsAccess, FaultsNameTheKey) {
    config::DnsKey wrong = key();
    wrong.types = {"A", "NONSENSE"};
    EXPECT_THAT(make_access({wrong}).error().what,
                testing::AllOf(HasSubstr("home-key.example.net"), HasSubstr("NONSENSE")));
    wrong.types = {"RRSIG"};
    EXPECT_FALSE(make_access({wrong}));
    wrong = key();
    wrong.algorithm = "hmac-md5";
    EXPECT_FALSE(make_access({wrong}));
}

}  // namespace
}  // namespace homeport::cli
