#include "dns/tsig/verify.hpp"

#include "dns/tsig/testing.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cctype>
#include <set>

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
const TsigKey kKey = make_key(TsigAlgorithm::sha256);

TsigVerdict verdict(Bytes packet, UnixSeconds now = kNow) {
    return check_request(packet, testing::tsig_at(packet), kRing, now).verdict;
}

/// A request signed by hand, with the record's own time and fudge and so many octets of its MAC.
Octets request_with(TsigRecord record, const TsigKey& key, std::size_t mac_bytes) {
    Octets message = request("www.example.", RrType::a);
    const std::size_t used = message.size();
    record.key_name.assign_lower(key.name());
    record.algorithm.assign_lower(name_of(key.algorithm()));
    crypto::Hmac hmac(key.hmac());
    digest_message(hmac, message, record.original_id, 0);
    digest_variables(hmac, record);
    const crypto::Digest mac = hmac.finish();
    Octets cut(mac.bytes().begin(), mac.bytes().end());
    cut.resize(mac_bytes);
    record.mac = cut;
    message.resize(used + tsig_bytes(record.key_name.view(), record.algorithm.view(), mac_bytes,
                                     record.other.size()));
    append_tsig(message, used, record);
    return message;
}

TEST(CheckRequest, TakesWhatOtherProgramsSigned) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        if (recorded.error != TsigError::none) continue;
        const Octets packet = from_hex_text(recorded.request);
        const auto at = testing::tsig_at(packet);
        const TsigCheck check = check_request(packet, at, kRing, recorded.now);
        EXPECT_EQ(check.verdict, TsigVerdict::ok) << recorded.what;
        ASSERT_TRUE(check.key) << recorded.what;
        EXPECT_EQ(check.key, kRing.find(check.key_name.view())) << recorded.what;
        EXPECT_EQ(check.mac.size(), crypto::digest_bytes(check.key->algorithm())) << recorded.what;
        EXPECT_EQ(rcode_of(check.verdict), Rcode::no_error);
    }
}

TEST(CheckRequest, RefusesWhatNamedRefused) {
    const std::set<std::string_view> expected{"BADKEY", "BADSIG", "BADTIME", "BADTRUNC"};
    std::set<std::string_view> seen;
    for (const testing::Recorded& recorded : testing::kRecorded) {
        if (recorded.error == TsigError::none) continue;
        const TsigVerdict found = verdict(from_hex_text(recorded.request), recorded.now);
        const TsigVerdict named = recorded.error == TsigError::bad_key    ? TsigVerdict::bad_key
                                  : recorded.error == TsigError::bad_sig  ? TsigVerdict::bad_sig
                                  : recorded.error == TsigError::bad_time ? TsigVerdict::bad_time
                                                                          : TsigVerdict::bad_trunc;
        EXPECT_EQ(to_text(found), to_text(named)) << recorded.what;
        EXPECT_EQ(rcode_of(found), Rcode::not_auth);
        seen.insert(to_text(found));
    }
    EXPECT_EQ(seen, expected);
}

TEST(CheckRequest, TakesHalfAMac) {
    EXPECT_EQ(verdict(from_hex_text(testing::kRecordedHalf), testing::kRecordedHalfTime),
              TsigVerdict::ok);
}

// The id may be changed on the way (RFC 8945 section 5.2), and case does not count in names. For
// all else one bit is enough.
TEST(CheckRequest, RefusesEveryBitThatTurned) {
    const Octets good =
        signed_request(request("www.example.", RrType::soa, {.edns = true}), kKey, kNow);
    const std::size_t at = testing::tsig_at(good);
    const std::size_t algorithm_at = at + kKey.name().size() + 10;
    const auto in_name = [](std::size_t octet, std::size_t start, NameView name) {
        return octet > start && octet < start + name.size();
    };
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Octets bad = good;
        const std::size_t octet = bit / 8;
        bad[octet] ^= std::byte{1} << bit % 8;
        const TsigCheck check = check_request(bad, at, kRing, kNow);
        const bool letter = std::isalpha(std::to_integer<int>(good[octet])) != 0 && bit % 8 == 5;
        const bool free =
            octet < 2 || (letter && (in_name(octet, at, kKey.name()) ||
                                     in_name(octet, algorithm_at, name_of(kKey.algorithm()))));
        EXPECT_EQ(check.verdict == TsigVerdict::ok, free) << "octet " << octet;
        EXPECT_EQ(check.key != nullptr, free) << "octet " << octet;
        taken += free ? 1 : 0;
    }
    EXPECT_EQ(taken, 16 + std::string_view("shaexamplehmacsha").size());
}

TEST(CheckRequest, RefusesWhatIsCut) {
    const Octets good = signed_request(request("www.example.", RrType::soa), kKey, kNow);
    const std::size_t at = testing::tsig_at(good);
    for (std::size_t size = 0; size < good.size(); ++size) {
        const Octets cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(check_request(cut, at, kRing, kNow).verdict, TsigVerdict::format_error) << size;
    }
    EXPECT_EQ(rcode_of(TsigVerdict::format_error), Rcode::form_err);
}

TEST(CheckRequest, SeesTheIdThatWasSigned) {
    Octets packet = signed_request(request("www.example.", RrType::soa), kKey, kNow);
    packet[0] ^= std::byte{0xff};
    packet[1] ^= std::byte{0xff};
    EXPECT_EQ(verdict(packet), TsigVerdict::ok);
}

TEST(CheckRequest, WantsTheClocksToAgree) {
    const Octets packet = signed_request(request("www.example.", RrType::soa), kKey, kNow);
    EXPECT_EQ(verdict(packet, kNow + kTsigFudge), TsigVerdict::ok);
    EXPECT_EQ(verdict(packet, kNow - kTsigFudge), TsigVerdict::ok);
    EXPECT_EQ(verdict(packet, kNow + kTsigFudge + 1), TsigVerdict::bad_time);
    EXPECT_EQ(verdict(packet, kNow - kTsigFudge - 1), TsigVerdict::bad_time);
    EXPECT_EQ(verdict(packet, 0), TsigVerdict::bad_time);
    EXPECT_EQ(verdict(packet, -1), TsigVerdict::bad_time);
}

// The requester may ask for less than our fudge, but not for more.
TEST(CheckRequest, CountsTheFudgeUpToOurOwn) {
    TsigRecord record;
    record.time_signed = kNow;
    record.fudge = 10;
    EXPECT_EQ(verdict(request_with(record, kKey, 32), kNow + 10), TsigVerdict::ok);
    EXPECT_EQ(verdict(request_with(record, kKey, 32), kNow + 11), TsigVerdict::bad_time);
    record.fudge = 0xffff;
    EXPECT_EQ(verdict(request_with(record, kKey, 32), kNow + kTsigFudge), TsigVerdict::ok);
    EXPECT_EQ(verdict(request_with(record, kKey, 32), kNow + kTsigFudge + 1),
              TsigVerdict::bad_time);
    record.time_signed = 0xffffffffffff;
    EXPECT_EQ(verdict(request_with(record, kKey, 32)), TsigVerdict::bad_time);
}

// RFC 8945 sections 5.2.2.1 and 5.2.4, and at least 16 octets.
TEST(CheckRequest, TakesAMacThatIsNotCutTooShort) {
    const auto expected = [](std::size_t size, std::size_t whole) {
        if (size < whole / 2 || size > whole) return TsigVerdict::format_error;
        return size < 16 ? TsigVerdict::bad_trunc : TsigVerdict::ok;
    };
    for (const auto algorithm : {TsigAlgorithm::sha224, TsigAlgorithm::sha256,
                                 TsigAlgorithm::sha384, TsigAlgorithm::sha512}) {
        const TsigKey key = make_key(algorithm);
        TsigRecord record;
        record.time_signed = kNow;
        record.fudge = 300;
        const std::size_t whole = crypto::digest_bytes(algorithm);
        for (std::size_t size = 0; size <= 70; ++size)
            EXPECT_EQ(verdict(request_with(record, key, size)), expected(size, whole))
                << to_text(algorithm) << " cut to " << size;
    }
}

// The time is looked at only when the MAC is right, and says nothing to strangers.
TEST(CheckRequest, LooksAtKeyThenMacThenTimeThenLength) {
    const TsigKey stranger = make_key(TsigAlgorithm::sha224, "another secret of enough octets");
    TsigRecord record;
    record.time_signed = kNow - 1000;
    record.fudge = 300;
    EXPECT_EQ(verdict(request_with(record, stranger, 14)), TsigVerdict::bad_sig);
    const TsigKey key = make_key(TsigAlgorithm::sha224);
    EXPECT_EQ(verdict(request_with(record, key, 14)), TsigVerdict::bad_time);
    const Octets packet = request_with(record, key, 0);
    EXPECT_EQ(check_request(packet, testing::tsig_at(packet), TsigKeys(), kNow).verdict,
              TsigVerdict::bad_key);
}

TEST(CheckRequest, KeepsNoPointerIntoThePacket) {
    Octets packet = signed_request(request("www.example.", RrType::soa), kKey, kNow);
    const Octets copy = packet;
    const TsigCheck check = check_request(packet, testing::tsig_at(packet), kRing, kNow);
    std::ranges::fill(packet, std::byte{0xee});
    EXPECT_EQ(check.key_name.view(), kKey.name());
    EXPECT_EQ(check.algorithm.view(), name_of(kKey.algorithm()));
    EXPECT_EQ(check.time_signed, static_cast<std::uint64_t>(kNow));
    EXPECT_EQ(check.fudge, kTsigFudge);
    EXPECT_EQ(to_hex(check.mac.bytes()),
              to_hex(copy).substr(2 * (copy.size() - 6 - 32), std::size_t{2} * 32));
}

TEST(CheckResponse, TakesWhatNamedSigned) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        if (recorded.error == TsigError::bad_key || recorded.error == TsigError::bad_sig) continue;
        const Octets asked = from_hex_text(recorded.request);
        TsigRecord record;
        ASSERT_TRUE(read_tsig(asked, testing::tsig_at(asked), record));
        const TsigKey& key = *kRing.find(record.key_name.view());
        const Octets packet = from_hex_text(recorded.response);
        // As the client's clock was.
        const auto now = static_cast<UnixSeconds>(record.time_signed);
        const auto at = testing::tsig_at(packet);
        const auto check = check_response(packet, at, key, record.mac, now);
        EXPECT_EQ(check.verdict, TsigVerdict::ok) << recorded.what;
        EXPECT_EQ(check.error, recorded.error) << recorded.what;
        EXPECT_EQ(check_response(packet, at, key, record.mac, now + 1000).verdict,
                  TsigVerdict::bad_time);
        const auto other = crypto::sha256(record.mac);
        EXPECT_EQ(check_response(packet, at, key, other, now).verdict, TsigVerdict::bad_sig);
    }
}

TEST(CheckResponse, TellsWhyThePeerDidNotSign) {
    for (const testing::Recorded& recorded : testing::kRecorded) {
        if (recorded.what != "unknown key" && recorded.what != "other secret") continue;
        const Octets asked = from_hex_text(recorded.request);
        TsigRecord record;
        ASSERT_TRUE(read_tsig(asked, testing::tsig_at(asked), record));
        const TsigKey key =
            TsigKey::make(record.key_name.view(), TsigAlgorithm::sha256, as_bytes(testing::kSecret))
                .value();
        const Octets packet = from_hex_text(recorded.response);
        const auto check =
            check_response(packet, testing::tsig_at(packet), key, record.mac, recorded.now);
        EXPECT_EQ(check.verdict, TsigVerdict::bad_sig) << recorded.what;
        EXPECT_EQ(check.error, recorded.error) << recorded.what;
    }
}

TEST(CheckResponse, RefusesOtherKeysAndEveryBitThatTurned) {
    crypto::Digest mac;
    const Octets asked = signed_request(request("www.example.", RrType::soa), kKey, kNow, &mac);
    TsigSigner signer(check_request(asked, testing::tsig_at(asked), kRing, kNow));
    const Octets good = signed_answer(without_tsig(asked), signer, kNow);
    const std::size_t at = testing::tsig_at(good);
    const auto check = [&](Bytes packet, const TsigKey& key) {
        return check_response(packet, at, key, mac.bytes(), kNow).verdict;
    };
    EXPECT_EQ(check(good, kKey), TsigVerdict::ok);
    EXPECT_EQ(check(good, make_key(TsigAlgorithm::sha512)), TsigVerdict::bad_key);
    EXPECT_EQ(check(good, make_key(TsigAlgorithm::sha256, "another secret of enough octets")),
              TsigVerdict::bad_sig);
    EXPECT_EQ(check_response(good, good.size(), kKey, mac.bytes(), kNow).verdict,
              TsigVerdict::format_error);
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Octets bad = good;
        bad[bit / 8] ^= std::byte{1} << bit % 8;
        taken += check(bad, kKey) == TsigVerdict::ok ? 1 : 0;
    }
    // The id, and the case of letters in key and algorithm.
    EXPECT_EQ(taken, 16 + std::string_view("shaexamplehmacsha").size());
}

}  // namespace
}  // namespace homeport::dns
