#include "reach/probe/proof_check.hpp"

#include "reach/probe/check_testing.hpp"
#include "reach/wire/knock.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::order;
using testing::outcome_of;
using testing::Talk;
using testing::Then;

const ProbeOrder kOrder = order(ProbeCheck::proof);

std::string proof(const ProbeOrder& by) {
    const std::string knock = knock_of(testing::seed());
    return proof_text(by.token, as_bytes(knock), false, by.to.port);
}

TEST(ProofCheck, KnocksWithTheSeedsNonce) {
    EXPECT_EQ(Talk(kOrder).take(), "homeport-knock/1 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\r\n");
}

TEST(ProofCheck, TheProofArrives) {
    EXPECT_EQ(outcome_of(kOrder, proof(kOrder)), "arrived: ");
}

TEST(ProofCheck, WaitsForAllOfIt) {
    const std::string whole = proof(kOrder);
    EXPECT_EQ(outcome_of(kOrder, whole.substr(0, whole.size() - 1)), "");
}

TEST(ProofCheck, AnotherHomeIsSomebodyElse) {
    ProbeOrder other = kOrder;
    other.token.fill(std::byte{8});
    EXPECT_EQ(outcome_of(kOrder, proof(other)),
              "somebody else: a homeport answers, but not this one");
    other = kOrder;
    ++other.to.port;
    EXPECT_EQ(outcome_of(kOrder, proof(other)),
              "somebody else: a homeport answers, but not this one");
}

// The first wrong byte decides; nobody waits for more.
TEST(ProofCheck, OtherProgramsAreSomebodyElse) {
    EXPECT_EQ(outcome_of(kOrder, "H"), "somebody else: answers, but not with the proof: H");
    Talk echo(kOrder);
    echo.hear(echo.take());
    EXPECT_EQ(echo.outcome(),
              "somebody else: answers, but not with the proof: homeport-knock/1 "
              "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf??");
}

TEST(ProofCheck, WhoSaysNothingIsSomebodyElse) {
    EXPECT_EQ(outcome_of(kOrder, "", Then::silence),
              "somebody else: connected, but nobody answers the knock");
    EXPECT_EQ(outcome_of(kOrder, "homeport-pr", Then::silence),
              "somebody else: connected, but nobody answers the knock");
    EXPECT_EQ(outcome_of(kOrder, "", Then::end), "somebody else: closed without an answer");
    EXPECT_EQ(outcome_of(kOrder, "homeport-", Then::cut),
              "somebody else: the connection was cut before an answer");
}

}  // namespace
}  // namespace homeport::reach
