#include "dns/tsig/signer.hpp"

#include "dns/tsig/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::from_hex_text;
using testing::make_key;
using testing::Octets;
using testing::request;
using testing::ring;
using testing::signed_answer;
using testing::signed_request;
using testing::without_tsig;

constexpr UnixSeconds kNow = 1'800'000'000;
const TsigKeys kRing = ring();

TsigCheck check_of(Bytes packet, UnixSeconds now) {
    return check_request(packet, testing::tsig_at(packet), kRing, now);
}

/// An answer as short as can be.
Octets answer() {
    Octets message = request("www.example.", RrType::soa);
    message[2] |= std::byte{0x80};
    return message;
}

// Answers, UPDATE's too, and all errors: octet by octet what named made of the same request.
TEST(TsigSigner, SignsAsNamedDoes) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        const Octets expected = from_hex_text(recorded.response);
        TsigSigner signer(check_of(from_hex_text(recorded.request), recorded.now));
        const Octets made = signed_answer(without_tsig(expected), signer, recorded.now);
        EXPECT_EQ(to_hex(made), to_hex(expected)) << recorded.what;
    }
}

TEST(TsigSigner, SignsTransfersAsNamedDoes) {
    const UnixSeconds now = testing::kRecordedTransferTime;
    TsigSigner signer(check_of(from_hex_text(testing::kRecordedTransferRequest), now));
    for (const std::string_view message : testing::kRecordedTransfer) {
        const Octets expected = from_hex_text(message);
        EXPECT_EQ(to_hex(signed_answer(without_tsig(expected), signer, now)), to_hex(expected));
    }
}

// One after the other: who leaves a message out, or brings two in another order, breaks the chain.
TEST(TsigSigner, ChainsTheMessagesOfATransfer) {
    const TsigCheck check = check_of(
        signed_request(request("example.", RrType::axfr), make_key(TsigAlgorithm::sha512), kNow),
        kNow);
    TsigSigner signer(check);
    const Octets first = signed_answer(answer(), signer, kNow);
    const Octets second = signed_answer(answer(), signer, kNow);
    const Octets third = signed_answer(answer(), signer, kNow);
    EXPECT_NE(to_hex(first), to_hex(second));
    EXPECT_NE(to_hex(second), to_hex(third));

    TsigRecord before;
    ASSERT_TRUE(read_tsig(second, testing::tsig_at(second), before));
    TsigRecord record;
    ASSERT_TRUE(read_tsig(third, testing::tsig_at(third), record));
    crypto::Hmac hmac(check.key->hmac());
    digest_mac(hmac, before.mac);
    hmac.update(answer());
    digest_timers(hmac, record);
    EXPECT_EQ(to_hex(hmac.finish().bytes()), to_hex(record.mac));
}

TEST(TsigSigner, SignsEachMessageWithItsOwnTime) {
    TsigSigner signer(check_of(
        signed_request(request("example.", RrType::axfr), make_key(TsigAlgorithm::sha256), kNow),
        kNow));
    for (const UnixSeconds later : {0, 400, 1000}) {
        const Octets message = signed_answer(answer(), signer, kNow + later);
        TsigRecord record;
        ASSERT_TRUE(read_tsig(message, testing::tsig_at(message), record));
        EXPECT_EQ(record.time_signed, static_cast<std::uint64_t>(kNow + later));
        EXPECT_EQ(record.fudge, kTsigFudge);
    }
}

TEST(TsigSigner, TakesTheRoomThatItSaid) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        TsigSigner signer(check_of(from_hex_text(recorded.request), recorded.now));
        EXPECT_EQ(signed_answer(answer(), signer, recorded.now).size(),
                  answer().size() + signer.reserve())
            << recorded.what;
        EXPECT_EQ(signed_answer(answer(), signer, recorded.now).size(),
                  answer().size() + signer.reserve())
            << recorded.what;
    }
}

TEST(TsigSigner, DoesNotSignWhatItCouldNotRead) {
    TsigSigner signer(check_request(answer(), answer().size(), kRing, kNow));
    EXPECT_EQ(signer.reserve(), 0U);
    EXPECT_EQ(to_hex(signed_answer(answer(), signer, kNow)), to_hex(answer()));
    EXPECT_EQ(signed_answer(answer(), signer, kNow), answer());
}

// A stranger learns nothing that is made with the key (RFC 8945 section 5.3.2).
TEST(TsigSigner, DoesNotSignForStrangers) {
    const TsigKey stranger = make_key(TsigAlgorithm::sha256, "another secret of enough octets");
    TsigSigner signer(
        check_of(signed_request(request("example.", RrType::soa), stranger, kNow), kNow));
    const Octets message = signed_answer(answer(), signer, kNow);
    TsigRecord record;
    ASSERT_TRUE(read_tsig(message, testing::tsig_at(message), record));
    EXPECT_EQ(record.error, TsigError::bad_sig);
    EXPECT_TRUE(record.mac.empty());
}

TEST(TsigSigner, KeepsTheFudgeOfARequesterOfAnotherTime) {
    const TsigKey key = make_key(TsigAlgorithm::sha384);
    TsigCheck late = check_of(signed_request(request("example.", RrType::soa), key, kNow), 0);
    late.fudge = 77;
    TsigSigner signer(late);
    const Octets message = signed_answer(answer(), signer, 0);
    TsigRecord record;
    ASSERT_TRUE(read_tsig(message, testing::tsig_at(message), record));
    EXPECT_EQ(record.fudge, 77);
}

// Or the requester's clock would refuse the news that it is wrong (RFC 8945 section 5.2.3).
TEST(TsigSigner, TellsTheTimeInTheTimeOfTheRequester) {
    const TsigKey key = make_key(TsigAlgorithm::sha384);
    crypto::Digest mac;
    const Octets asked = signed_request(request("example.", RrType::soa), key, kNow, &mac);
    const TsigCheck late = check_of(asked, kNow + 5000);
    EXPECT_EQ(late.verdict, TsigVerdict::bad_time);
    TsigSigner signer(late);
    const Octets message = signed_answer(answer(), signer, kNow + 5000);
    TsigRecord record;
    ASSERT_TRUE(read_tsig(message, testing::tsig_at(message), record));
    EXPECT_EQ(record.time_signed, static_cast<std::uint64_t>(kNow));
    EXPECT_EQ(to_hex(record.other), "00006b49e588");
    const auto check =
        check_response(message, testing::tsig_at(message), key, mac.bytes(), kNow + 1);
    EXPECT_EQ(check.verdict, TsigVerdict::ok);
    EXPECT_EQ(check.error, TsigError::bad_time);
}

TEST(SignRequest, SignsAsOtherProgramsDo) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        if (recorded.error != TsigError::none) continue;
        const Octets expected = from_hex_text(recorded.request);
        TsigRecord record;
        ASSERT_TRUE(read_tsig(expected, testing::tsig_at(expected), record));
        const auto time = static_cast<UnixSeconds>(record.time_signed);
        const TsigKey& key = *kRing.find(record.key_name.view());
        EXPECT_EQ(to_hex(signed_request(without_tsig(expected), key, time)), to_hex(expected))
            << recorded.what;
    }
}

TEST(SignRequest, GoesThereAndBack) {
    for (const auto algorithm : {TsigAlgorithm::sha224, TsigAlgorithm::sha256,
                                 TsigAlgorithm::sha384, TsigAlgorithm::sha512}) {
        const TsigKey key = make_key(algorithm);
        crypto::Digest mac;
        const Octets asked =
            signed_request(request("a.example.", RrType::soa, {.edns = true}), key, kNow, &mac);
        EXPECT_EQ(asked.size(), request("a.example.", RrType::soa, {.edns = true}).size() +
                                    request_tsig_bytes(key));
        Query query;
        ASSERT_EQ(parse_query(asked, query), QueryStatus::ok);
        const TsigCheck check = check_request(asked, query.tsig_at, kRing, kNow + 3);
        ASSERT_EQ(check.verdict, TsigVerdict::ok);
        EXPECT_EQ(to_hex(check.mac.bytes()), to_hex(mac.bytes()));
        TsigSigner signer(check);
        const Octets answered = signed_answer(answer(), signer, kNow + 3);
        const auto result =
            check_response(answered, testing::tsig_at(answered), key, mac.bytes(), kNow + 6);
        EXPECT_EQ(result.verdict, TsigVerdict::ok);
        EXPECT_EQ(result.error, TsigError::none);
    }
}

}  // namespace
}  // namespace homeport::dns
