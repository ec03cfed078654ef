#include "reach/wire/knock.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace homeport::reach {
namespace {

const std::string kKnock = "homeport-knock/1 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\r\n";

ProbeToken token() {
    ProbeToken made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::byte(i);
    return made;
}

KnockNonce nonce() {
    KnockNonce made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::byte(0xf0 + i);
    return made;
}

std::string proof(std::string_view digits) {
    return "homeport-proof/1 " + std::string(digits) + "\r\n";
}

TEST(Knock, IsALineWithTheNonce) {
    EXPECT_EQ(knock_text(nonce()), kKnock);
    EXPECT_EQ(kKnock.size(), kKnockBytes);
}

// Worked out by another implementation of HMAC-SHA256.
TEST(Knock, TheProofIsTheKeyedHashOfLineTransportAndPort) {
    const Bytes knock = as_bytes(kKnock);
    EXPECT_EQ(proof_text(token(), knock, false, 443),
              proof("405ed0c2e24b203bdf14f5c6c8bbf01255fc9e980c6cb48c255badfc0912dba0"));
    EXPECT_EQ(proof_text(token(), knock, true, 443),
              proof("9713ef7ba7d316ea8d7d3476ba87598d15229bd53c4765f8b343c328e723f25c"));
    EXPECT_EQ(proof_text(token(), knock, false, 8443),
              proof("fc695bbd636cc8da548de831f73f07abbc13bf9a95424afa49f2172abf4789c7"));
    EXPECT_EQ(proof_text(token(), knock, false, 443).size(), kProofBytes);
}

TEST(Knock, OnlyItsOwnProofWillDo) {
    const Bytes knock = as_bytes(kKnock);
    const std::string answer = proof_text(token(), knock, false, 443);
    EXPECT_TRUE(is_proof(as_bytes(answer), token(), knock, false, 443));

    EXPECT_FALSE(is_proof(as_bytes(answer), token(), knock, true, 443));
    EXPECT_FALSE(is_proof(as_bytes(answer), token(), knock, false, 444));
    EXPECT_FALSE(is_proof(as_bytes(answer), token(), knock, false, 443 + 256));
    ProbeToken other = token();
    other.back() ^= std::byte{1};
    EXPECT_FALSE(is_proof(as_bytes(answer), other, knock, false, 443));
    const std::string later = knock_text(KnockNonce{});
    EXPECT_FALSE(is_proof(as_bytes(answer), token(), as_bytes(later), false, 443));
}

TEST(Knock, AProofIsWholeAndNothingMore) {
    const Bytes knock = as_bytes(kKnock);
    const std::string answer = proof_text(token(), knock, false, 443);
    EXPECT_FALSE(is_proof(as_bytes(answer + "x"), token(), knock, false, 443));
    for (std::size_t i = 0; i < answer.size(); ++i) {
        EXPECT_FALSE(is_proof(as_bytes(answer).first(i), token(), knock, false, 443)) << i;
        std::string changed = answer;
        changed[i] = static_cast<char>(changed[i] ^ 0x20);
        EXPECT_FALSE(is_proof(as_bytes(changed), token(), knock, false, 443)) << i;
    }
    EXPECT_FALSE(is_proof(knock, token(), knock, false, 443));
}

TEST(Knock, IsToldByteByByte) {
    for (std::size_t i = 0; i < kKnockBytes; ++i) {
        EXPECT_EQ(match_knock(as_bytes(kKnock).first(i)), KnockMatch::maybe) << i;
        for (const char wrong : {'\0', 'G', ' ', '\x16', '\xff', '\n'}) {
            std::string changed = kKnock;
            if (changed[i] == wrong) continue;
            changed[i] = wrong;
            EXPECT_EQ(match_knock(as_bytes(changed).first(i + 1)), KnockMatch::no) << i;
            EXPECT_EQ(match_knock(as_bytes(changed)), KnockMatch::no) << i;
        }
    }
    EXPECT_EQ(match_knock(as_bytes(kKnock)), KnockMatch::yes);
}

// A stream may bring more at once; who answers looks at the first bytes only.
TEST(Knock, WhatFollowsAKnockChangesNothing) {
    const std::string more = kKnock + "GET / HTTP/1.1\r\n";
    EXPECT_EQ(match_knock(as_bytes(more)), KnockMatch::yes);
    EXPECT_EQ(proof_text(token(), as_bytes(more), false, 443),
              proof_text(token(), as_bytes(kKnock), false, 443));
}

TEST(Knock, IsWrittenInSmallLetters) {
    std::string shouted = kKnock;
    for (char& c : shouted) c = c == 'f' ? 'F' : c;
    EXPECT_EQ(match_knock(as_bytes(shouted)), KnockMatch::no);
    EXPECT_EQ(match_knock(as_bytes("Homeport")), KnockMatch::no);
}

TEST(Knock, ProtocolsOfVisitorsAreTold) {
    for (const std::string_view first : {"G", "\x16\x03\x01", "\x05\x01", "PRI * HTTP/2.0", "SSH-"})
        EXPECT_EQ(match_knock(as_bytes(first)), KnockMatch::no) << first;
    // An HTTP method may begin with any letter; it differs before the slash at the latest.
    EXPECT_EQ(match_knock(as_bytes("h")), KnockMatch::maybe);
    EXPECT_EQ(match_knock(as_bytes("head / HTTP/1.1")), KnockMatch::no);
}

}  // namespace
}  // namespace homeport::reach
