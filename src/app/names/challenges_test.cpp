#include "app/names/challenges.hpp"

#include "app/names/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const dns::Name kName = dns::Name::parse("_acme-challenge.a.example.net").value();
const dns::Name kOther = dns::Name::parse("_acme-challenge.b.example.net").value();
constexpr TimePoint kNow{100s};

// A certificate for a name and its wildcard needs two values at a time.
TEST(Challenges, SeveralValues) {
    Challenges challenges;
    ASSERT_TRUE(challenges.add(kName, "attic", "one", kNow));
    ASSERT_TRUE(challenges.add(kName, "attic", "two", kNow));
    ASSERT_TRUE(challenges.add(kName, "shed", "two", kNow)) << "two homes, one value";
    EXPECT_THAT(challenges.texts(kName), ElementsAre("one", "two"));
    challenges.remove(kName, "shed", "one");
    challenges.remove(kName, "attic", "two");
    EXPECT_THAT(challenges.texts(kName), ElementsAre("one", "two")) << "each takes back its own";
    challenges.remove(kName, "shed", "two");
    EXPECT_THAT(challenges.texts(kName), ElementsAre("one"));
    challenges.remove(kOther, "attic", "one");
    EXPECT_THAT(challenges.texts(kOther), IsEmpty());
}

TEST(Challenges, EachGoesByItself) {
    Challenges challenges;
    EXPECT_EQ(challenges.next(), kNever);
    ASSERT_TRUE(challenges.add(kName, "attic", "one", kNow));
    ASSERT_TRUE(challenges.add(kName, "attic", "two", kNow + 1min));
    ASSERT_TRUE(challenges.add(kOther, "attic", "three", kNow + 2min));
    EXPECT_EQ(challenges.next(), kNow + kChallengeTime);
    EXPECT_THAT(challenges.expire(kNow + kChallengeTime - 1ns), IsEmpty());
    EXPECT_THAT(challenges.expire(kNow + kChallengeTime), ElementsAre(kName));
    EXPECT_THAT(challenges.texts(kName), ElementsAre("two"));
    ASSERT_TRUE(challenges.add(kName, "attic", "two", kNow + 5min));
    EXPECT_EQ(challenges.next(), kNow + 2min + kChallengeTime) << "said again, it lives longer";
    EXPECT_THAT(challenges.expire(kNow + 1h), ElementsAre(kOther, kName));
    EXPECT_EQ(challenges.next(), kNever);
}

TEST(Challenges, Full) {
    Challenges challenges;
    for (std::size_t i = 0; i < kMaxChallengesPerHost; ++i)
        ASSERT_TRUE(challenges.add(kName, "attic", std::to_string(i), kNow));
    EXPECT_TRUE(challenges.add(kName, "attic", "0", kNow)) << "is there";
    EXPECT_EQ(challenges.add(kName, "attic", "more", kNow).error().code, Errc::limit);
    challenges.remove(kName, "attic", "3");
    EXPECT_TRUE(challenges.add(kName, "attic", "more", kNow));
    for (std::size_t i = 1; i < kMaxChallengedNames; ++i)
        ASSERT_TRUE(challenges.add(dns::Name::child("n" + std::to_string(i), kOther).value(),
                                   "attic", "one", kNow));
    EXPECT_EQ(challenges.add(kOther, "attic", "one", kNow).error().code, Errc::limit);
    EXPECT_THAT(challenges.texts(kOther), IsEmpty());
}

// A home that no longer publishes a host proves nothing for it.
TEST(Challenges, GoWithTheHost) {
    Challenges challenges;
    ASSERT_TRUE(challenges.add(kName, "attic", "one", kNow));
    ASSERT_TRUE(challenges.add(kOther, "attic", "two", kNow));
    ASSERT_TRUE(challenges.add(kOther, "shed", "three", kNow));
    const auto only_first = [](dns::NameView name) { return name == kName.view(); };
    EXPECT_THAT(challenges.keep_only("attic", only_first), ElementsAre(kOther));
    EXPECT_THAT(challenges.texts(kName), ElementsAre("one"));
    EXPECT_THAT(challenges.texts(kOther), ElementsAre("three"));
    EXPECT_THAT(challenges.keep_only("attic", only_first), IsEmpty());
}

}  // namespace
}  // namespace homeport::app
