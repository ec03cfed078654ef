#include "dns/zone/trie_key.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::dns {
namespace {

struct Symbols {
    std::array<std::uint8_t, 2> both{};
    std::uint16_t count = 0;
};

constexpr std::uint8_t kMaxSymbol = 63;

constexpr bool is_common(unsigned octet) {
    return octet == '*' || octet == '-' || octet == '_' || (octet >= '0' && octet <= '9') ||
           (octet >= 'a' && octet <= 'z');
}

/// Octets in order: a common one gets the next symbol; the others in between share escapes, at most
/// 63 octets each, whose second symbols count from 1.
constexpr std::array<Symbols, 256> make_symbols() {
    std::array<Symbols, 256> table{};
    std::uint8_t symbol = 0;
    std::uint8_t second = kMaxSymbol;
    for (unsigned octet = 0; octet < table.size(); ++octet) {
        if (octet >= 'A' && octet <= 'Z') continue;
        if (is_common(octet)) {
            table[octet] = {{++symbol, 0}, 1};
            second = kMaxSymbol;
            continue;
        }
        if (second == kMaxSymbol) {
            ++symbol;
            second = 0;
        }
        table[octet] = {{symbol, ++second}, 2};
    }
    for (unsigned octet = 'A'; octet <= 'Z'; ++octet) table[octet] = table[octet | 0x20];
    return table;
}

constexpr std::array<Symbols, 256> kSymbols = make_symbols();
static_assert(kSymbols[255].both[0] <= kMaxSymbol);

}  // namespace

TrieKey::TrieKey(NameView name) {
    const LabelStarts starts(name);
    std::uint8_t* out = symbols_.data();
    for (std::size_t i = starts.count(); i-- > 0;) {
        const Octet* const label = name.data() + starts[i];
        for (const Octet* at = label + 1; at <= label + label[0]; ++at) {
            const Symbols& symbols = kSymbols[*at];
            std::memcpy(out, symbols.both.data(), symbols.both.size());
            out += symbols.count;
        }
        *out++ = 0;
    }
    size_ = static_cast<std::size_t>(out - symbols_.data());
}

std::size_t TrieKey::difference(const TrieKey& other) const {
    const std::size_t size = std::min(size_, other.size_);
    const auto end = symbols_.begin() + static_cast<std::ptrdiff_t>(size);
    const auto at = std::mismatch(symbols_.begin(), end, other.symbols_.begin()).first;
    if (at != end) return static_cast<std::size_t>(at - symbols_.begin());
    return size_ == other.size_ ? kSame : size;
}

}  // namespace homeport::dns
