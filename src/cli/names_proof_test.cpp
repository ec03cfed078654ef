#include "cli/names_proof.hpp"

#include "names/proof_of_work.hpp"

#include <gtest/gtest.h>

namespace homeport::cli {
namespace {

TEST(NamesProof, FindsWhatTheServiceAccepts) {
    const auto nonce = solve_challenge("a challenge", 12, [](std::uint64_t) { return true; });
    ASSERT_TRUE(nonce);
    EXPECT_GE(names::proof_bits("a challenge", *nonce), 12U);
}

TEST(NamesProof, GivesUpWhenItIsToldTo) {
    std::uint64_t last = 0;
    const auto go_on = [&last](std::uint64_t tries) {
        last = tries;
        return tries < 3 * kTriesBetween;
    };
    EXPECT_FALSE(solve_challenge("a challenge", 256, go_on));
    EXPECT_EQ(last, 3 * kTriesBetween);
}

}  // namespace
}  // namespace homeport::cli
