#include "reach/wire/knock.hpp"

#include "core/assert.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

#include <algorithm>
#include <string_view>

namespace homeport::reach {
namespace {

constexpr std::string_view kKnockWord = "homeport-knock/1 ";
constexpr std::string_view kProofWord = "homeport-proof/1 ";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;

static_assert(kKnockWord.size() + 2 * sizeof(KnockNonce) + kLineEnd.size() == kKnockBytes);
static_assert(kProofWord.size() + 2 * 32 + kLineEnd.size() == kProofBytes);

/// Small letters only: one nonce has one knock.
bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// `c` may stand at `index` of a knock.
bool fits(std::size_t index, char c) {
    constexpr std::size_t kEndAt = kKnockBytes - kLineEnd.size();
    if (index < kKnockWord.size()) return c == kKnockWord[index];
    return index < kEndAt ? is_hex_digit(c) : c == kLineEnd[index - kEndAt];
}

}  // namespace

KnockMatch match_knock(Bytes first) {
    const std::string_view text = as_text(first.first(std::min(first.size(), kKnockBytes)));
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!fits(i, text[i])) return KnockMatch::no;
    }
    return text.size() == kKnockBytes ? KnockMatch::yes : KnockMatch::maybe;
}

std::string knock_text(const KnockNonce& nonce) {
    return std::string(kKnockWord).append(to_hex(nonce)).append(kLineEnd);
}

std::string proof_text(const ProbeToken& token, Bytes knock, bool udp, std::uint16_t port) {
    HOMEPORT_ASSERT(match_knock(knock) == KnockMatch::yes);
    const std::array<std::byte, 3> where{std::byte{udp ? kProtocolUdp : kProtocolTcp},
                                         std::byte(port >> 8), std::byte(port & 0xff)};
    const crypto::HmacKey key(crypto::Hash::sha256, token);
    crypto::Hmac mac(key);
    mac.update(knock.first(kKnockBytes));
    mac.update(where);
    return std::string(kProofWord).append(to_hex(mac.finish().bytes())).append(kLineEnd);
}

bool is_proof(Bytes answer, const ProbeToken& token, Bytes knock, bool udp, std::uint16_t port) {
    return equal_in_constant_time(answer, as_bytes(proof_text(token, knock, udp, port)));
}

}  // namespace homeport::reach
