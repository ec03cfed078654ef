#include "app/direct_proofs.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::ElementsAre;

const IpAddress kHome = IpAddress::v4({9, 9, 9, 9});
const IpAddress kElsewhere = IpAddress::v4({9, 9, 9, 10});
const IpAddress kHome6 = IpAddress::parse("2001:4860::1").value();
constexpr TimePoint kNow{100s};
constexpr Duration kEvery = 20s;  ///< an agent asks

TEST(DirectProofs, BothFamilies) {
    DirectProofs proofs;
    EXPECT_FALSE(proofs.path("web"));
    EXPECT_EQ(proofs.next(), kNever);
    proofs.succeed("web", kHome6, kNow);
    proofs.succeed("web", kHome, kNow + 5s);
    EXPECT_EQ(proofs.path("web"), (dns::DirectPath{{kHome, kHome6}, kNow}));
    EXPECT_FALSE(proofs.path("files"));
    EXPECT_EQ(proofs.next(), kNow + DirectProofs::kTime);
    EXPECT_FALSE(proofs.expire(proofs.next() - 1ns));
    EXPECT_TRUE(proofs.expire(proofs.next()));
    EXPECT_EQ(proofs.path("web"), (dns::DirectPath{{kHome}, kNow + 5s}));
    EXPECT_TRUE(proofs.expire(proofs.next()));
    EXPECT_FALSE(proofs.path("web"));
    EXPECT_EQ(proofs.next(), kNever);
}

// The path that was told last must stand until it is told anew, whichever family goes silent.
TEST(DirectProofs, TheOlderFamilyDoesNotEndThePath) {
    DirectProofs proofs;
    proofs.succeed("web", kHome6, kNow);
    for (TimePoint now = kNow + 1s; now < kNow + 300s; now += 1s) {
        if ((now - kNow) % kEvery == 19s) proofs.succeed("web", kHome, now);
        if (now - kNow < 19s) continue;
        proofs.expire(now);
        const auto path = proofs.path("web");
        ASSERT_TRUE(path) << (now - kNow) / 1s;
        EXPECT_LT(now + 5s, path->proven_at + dns::kDirectProofTime) << (now - kNow) / 1s;
    }
    EXPECT_THAT(proofs.path("web")->addresses, ElementsAre(kHome));
}

// One lost probe, and the next one slow: nobody is sent elsewhere for that.
TEST(DirectProofs, OneFailureIsForgiven) {
    DirectProofs proofs;
    proofs.succeed("web", kHome, kNow);
    proofs.succeed("web", kHome6, kNow);
    EXPECT_FALSE(proofs.fail("web", kHome));
    EXPECT_FALSE(proofs.fail("web", kHome6)) << "each family has its own";
    EXPECT_FALSE(proofs.expire(kNow + 2 * kEvery + 9s));
    EXPECT_THAT(proofs.path("web")->addresses, ElementsAre(kHome, kHome6));
    EXPECT_TRUE(proofs.fail("web", kHome));
    EXPECT_THAT(proofs.path("web")->addresses, ElementsAre(kHome6));
    EXPECT_FALSE(proofs.fail("web", kHome));
    EXPECT_FALSE(proofs.fail("mail", kHome));
    proofs.succeed("web", kHome6, kNow);
    EXPECT_FALSE(proofs.fail("web", kHome6)) << "not in a row";
}

TEST(DirectProofs, EndWhenTheHomeMoves) {
    DirectProofs proofs;
    proofs.succeed("web", kHome, kNow);
    proofs.succeed("web", kHome6, kNow);
    proofs.succeed("files", kHome6, kNow);
    EXPECT_FALSE(proofs.move_to(kHome));
    EXPECT_TRUE(proofs.move_to(kElsewhere));
    EXPECT_THAT(proofs.path("web")->addresses, ElementsAre(kHome6));
    EXPECT_TRUE(proofs.path("files"));
    proofs.keep_only({"files"});
    EXPECT_FALSE(proofs.path("web"));
    EXPECT_TRUE(proofs.path("files"));
    proofs.clear();
    EXPECT_FALSE(proofs.path("files"));
}

}  // namespace
}  // namespace homeport::app
