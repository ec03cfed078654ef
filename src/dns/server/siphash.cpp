#include "dns/server/siphash.hpp"

#include <bit>
#include <cstring>

namespace homeport::dns {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie");

std::uint64_t word_at(const std::byte* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void take(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

}  // namespace

std::uint64_t siphash(const SipKey& key, Bytes input) {
    const std::uint64_t k0 = word_at(key.data());
    const std::uint64_t k1 = word_at(key.data() + 8);
    State state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                k1 ^ 0x7465646279746573};
    std::size_t done = 0;
    for (; done + 8 <= input.size(); done += 8) state.take(word_at(input.data() + done));
    // What is left, and the length in the last octet.
    std::uint64_t last = static_cast<std::uint64_t>(input.size()) << 56;
    for (std::size_t i = 0; done + i < input.size(); ++i)
        last |= std::to_integer<std::uint64_t>(input[done + i]) << 8 * i;
    state.take(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace homeport::dns
