#include "names/proof_of_work.hpp"

#include "names/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

const KeyedHash kHash(Secret{std::byte{7}});
const IpAddress kNetwork = IpAddress::parse("192.0.2.0").value();
constexpr UnixSeconds kNow = 1'800'000'000;
constexpr unsigned kBits = 8;

std::string solve(const std::string& challenge, unsigned bits) {
    for (int nonce = 0;; ++nonce)
        if (proof_bits(challenge, std::to_string(nonce)) >= bits) return std::to_string(nonce);
}
std::string unsolved(const std::string& challenge, unsigned bits) {
    for (int nonce = 0;; ++nonce)
        if (proof_bits(challenge, std::to_string(nonce)) < bits) return std::to_string(nonce);
}
Errc fault(const std::string& challenge, const std::string& nonce, UnixSeconds now = kNow,
           const IpAddress& network = kNetwork, const KeyedHash& hash = kHash) {
    return check_proof(hash, network, now, challenge, nonce).error().code;
}

TEST(ProofOfWorkTest, CountsZeroBits) {
    // SHA-256 starts with 0f3b and 0175, says sha256sum.
    EXPECT_EQ(proof_bits("challenge", "1"), 4U);
    EXPECT_EQ(proof_bits("challenge", "23"), 7U);
}

TEST(ProofOfWorkTest, TheAnswerIsTakenInTimeFromItsNetwork) {
    const std::string challenge = make_challenge(kHash, kNetwork, kNow, kBits, {});
    const std::string nonce = solve(challenge, kBits);
    EXPECT_TRUE(check_proof(kHash, kNetwork, kNow, challenge, nonce).has_value());
    EXPECT_TRUE(check_proof(kHash, kNetwork, kNow + 300, challenge, nonce).has_value());
    EXPECT_EQ(fault(challenge, nonce, kNow + 301), Errc::timed_out);
    EXPECT_EQ(fault(challenge, nonce, kNow - 301), Errc::timed_out);
    EXPECT_EQ(fault(challenge, unsolved(challenge, kBits)), Errc::denied);
    EXPECT_EQ(fault(challenge, nonce, kNow, IpAddress::parse("192.0.3.0").value()), Errc::invalid);
    EXPECT_EQ(fault(challenge, nonce, kNow, kNetwork, KeyedHash(Secret{})), Errc::invalid);
}

TEST(ProofOfWorkTest, NobodyMakesItEasier) {
    const std::string challenge = make_challenge(kHash, kNetwork, kNow, kBits, {});
    const std::string easy = make_challenge(KeyedHash(Secret{}), kNetwork, kNow, 0, {});
    EXPECT_EQ(fault(easy, "1"), Errc::invalid);
    for (std::size_t at = 0; at < challenge.size(); ++at) {
        std::string forged = challenge;
        forged[at] = forged[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(check_proof(kHash, kNetwork, kNow, forged, solve(forged, kBits)).has_value());
    }
    EXPECT_EQ(fault("", ""), Errc::invalid);
    EXPECT_EQ(fault(challenge, std::string(kMaxNonceBytes + 1, 'x')), Errc::invalid);
}

TEST(UsedChallengesTest, OnceAndBounded) {
    UsedChallenges used;
    EXPECT_TRUE(used.add(1, kNow));
    EXPECT_TRUE(used.contains(1));
    for (std::uint64_t id = 2; id <= kMaxUsedChallenges; ++id) EXPECT_TRUE(used.add(id, kNow));
    EXPECT_FALSE(used.add(0, kNow + 2 * kChallengeSeconds));
    EXPECT_TRUE(used.add(0, kNow + 2 * kChallengeSeconds + 1));
    EXPECT_FALSE(used.contains(1));
    EXPECT_EQ(used.size(), 1U);
}

}  // namespace
}  // namespace homeport::names
