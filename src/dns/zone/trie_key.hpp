#pragma once
/// The key of a name in the trie: its labels from the root down as symbols of 6 bits, so that the
/// order of keys is the canonical order of names (RFC 4034 section 6.1). Common octets take one
/// symbol; the others an escape and a second symbol; 0 ends a label, and nothing else is 0.

#include "dns/wire/name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace homeport::dns {

class TrieKey {
public:
    explicit TrieKey(NameView name);

    /// 0 behind the end, which sorts a name before the names below it.
    std::uint8_t at(std::size_t index) const { return index < size_ ? symbols_[index] : 0; }
    std::size_t size() const { return size_; }
    /// The first index where the two differ; kSame if none.
    std::size_t difference(const TrieKey& other) const;

    static constexpr std::size_t kSame = SIZE_MAX;

private:
    /// Each octet of a name takes two symbols at most, and one is written too many.
    static constexpr std::size_t kMaxSymbols = 2 * kMaxNameBytes + 2;

    std::size_t size_ = 0;
    std::array<std::uint8_t, kMaxSymbols> symbols_;
};

}  // namespace homeport::dns
