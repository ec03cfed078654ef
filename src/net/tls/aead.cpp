#include "net/tls/aead.hpp"

#include "core/chunk.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace homeport::net {
namespace {

constexpr int kTrials = 4;

using Clock = std::chrono::steady_clock;

/// The shortest of some trials: whatever else the machine does only makes one longer.
Clock::duration time_to_seal(AeadSource& source, Suite suite) {
    const std::array<std::byte, 32> key{};
    const auto aead = source.make(suite, Bytes(key).first(key_bytes(suite)));
    if (aead == nullptr) return Clock::duration::max();
    const std::vector<std::byte> plain(kChunkBytes);
    std::vector<std::byte> sealed(kChunkBytes + kTagBytes);
    const Bytes view(plain);
    Clock::duration least = Clock::duration::max();
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto start = Clock::now();
        if (!aead->seal(Nonce{}, {}, std::span<const Bytes>(&view, 1), sealed)) break;
        least = std::min(least, Clock::now() - start);
    }
    return least;
}

}  // namespace

std::unique_ptr<AeadSource> make_aead_source() {
    auto fast = make_ipsec_mb_aead_source();
    return fast != nullptr ? std::move(fast) : make_openssl_aead_source();
}

Suite faster_suite(AeadSource& source) {
    const auto aes = time_to_seal(source, Suite::aes_128_gcm);
    return aes <= time_to_seal(source, Suite::chacha20_poly1305) ? Suite::aes_128_gcm
                                                                 : Suite::chacha20_poly1305;
}

}  // namespace homeport::net
