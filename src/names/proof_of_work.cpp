#include "names/proof_of_work.hpp"

#include "core/text.hpp"
#include "names/limits.hpp"

#include <algorithm>
#include <bit>

namespace homeport::names {
namespace {

/// Time, bits, random octets.
constexpr std::size_t kPlainBytes = 8 + 1 + 16;
constexpr std::size_t kChallengeBytes = kPlainBytes + std::tuple_size_v<Mac>;

Mac mac_of(const KeyedHash& hash, const IpAddress& network, Bytes plain) {
    std::array<std::byte, kPlainBytes + 17> input{};
    Writer writer(input);
    writer.raw(plain);
    writer.raw(std::as_bytes(std::span(network.octets())));
    writer.u8(network.is_v4() ? 4 : 6);
    return hash.mac("challenge", input);
}

}  // namespace

std::string make_challenge(const KeyedHash& hash, const IpAddress& network, UnixSeconds now,
                           unsigned bits, const std::array<std::byte, 16>& random) {
    std::array<std::byte, kChallengeBytes> challenge{};
    Writer writer(challenge);
    writer.u64(static_cast<std::uint64_t>(now));
    writer.u8(static_cast<std::uint8_t>(bits));
    writer.raw(random);
    writer.raw(mac_of(hash, network, writer.written()));
    return to_base64url(challenge);
}

unsigned proof_bits(std::string_view challenge, std::string_view nonce) {
    std::string input(challenge);
    input += '|';
    input += nonce;
    unsigned bits = 0;
    for (const std::byte octet : crypto::sha256(as_bytes(input))) {
        bits += static_cast<unsigned>(std::countl_zero(std::to_integer<std::uint8_t>(octet)));
        if (octet != std::byte{0}) break;
    }
    return bits;
}

Result<std::uint64_t> check_proof(const KeyedHash& hash, const IpAddress& network, UnixSeconds now,
                                  std::string_view challenge, std::string_view nonce) {
    const auto bytes = from_base64url(challenge);
    if (!bytes || bytes->size() != kChallengeBytes || nonce.size() > kMaxNonceBytes)
        return fail(Errc::invalid, "this is no challenge of this service");
    const Bytes plain = Bytes(*bytes).first(kPlainBytes);
    const Bytes mac = Bytes(*bytes).subspan(kPlainBytes);
    if (!equal_in_constant_time(mac, mac_of(hash, network, plain)))
        return fail(Errc::invalid, "the challenge was not made for this network");
    Reader reader(plain);
    const auto made = static_cast<UnixSeconds>(reader.u64());
    const unsigned bits = reader.u8();
    if (now > made + kChallengeSeconds || now < made - kChallengeSeconds)
        return fail(Errc::timed_out, "the challenge is too old");
    if (proof_bits(challenge, nonce) < bits) return fail(Errc::denied, "the nonce does not fit");
    return Reader(mac).u64();
}

bool UsedChallenges::add(std::uint64_t id, UnixSeconds now) {
    // Twice: a challenge may have been made on a clock that was ahead (check_proof allows it).
    while (!order_.empty() && now > order_.front().at + 2 * kChallengeSeconds) {
        ids_.erase(order_.front().id);
        order_.pop_front();
    }
    if (order_.size() >= kMaxUsedChallenges) return false;
    if (ids_.insert(id).second) order_.push_back({now, id});
    return true;
}

}  // namespace homeport::names
