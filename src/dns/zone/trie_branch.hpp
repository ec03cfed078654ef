#pragma once
/// The inner nodes of a trie. Only positions where keys part have one.

#include "dns/zone/ref.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace homeport::dns {

class TrieBranch;

/// One owned reference to a branch or a leaf, or nothing; counting is left to the trie.
class TrieLink {
public:
    TrieLink() = default;
    static TrieLink to(TrieBranch* branch) { return TrieLink(address(branch)); }
    static TrieLink to_leaf(const void* leaf) { return TrieLink(address(leaf) | kLeaf); }

    bool empty() const { return bits_ == 0; }
    /// Neither empty nor a leaf.
    bool is_branch() const { return (bits_ & kLeaf) == 0 && bits_ != 0; }
    TrieBranch* branch() const { return reinterpret_cast<TrieBranch*>(bits_); }
    /// Fetches the first lines of what it leads to: it usually spans two, and the second is only
    /// known to be needed when the first has come.
    void prefetch() const {
        __builtin_prefetch(reinterpret_cast<const void*>(bits_ & ~kLeaf));
        __builtin_prefetch(reinterpret_cast<const void*>((bits_ & ~kLeaf) + kLineBytes));
    }
    /// Null when empty.
    template <class Leaf>
    const Leaf* leaf() const {
        return reinterpret_cast<const Leaf*>(bits_ & ~kLeaf);
    }

private:
    static constexpr std::uintptr_t kLeaf = 1;
    static constexpr std::size_t kLineBytes = 64;
    static std::uintptr_t address(const void* to) { return reinterpret_cast<std::uintptr_t>(to); }
    explicit TrieLink(std::uintptr_t bits) : bits_(bits) {}
    std::uintptr_t bits_ = 0;
};

/// A set of symbols and one link for each, in one allocation.
class TrieBranch final : public Counted {
public:
    /// Links are empty at first.
    static TrieBranch* make(std::size_t index, std::uint64_t symbols) {
        const std::size_t size = sizeof(TrieBranch) + count_bits(symbols) * sizeof(TrieLink);
        auto* const branch = new (::operator new(size)) TrieBranch(index, symbols);
        for (TrieLink& link : *branch) new (&link) TrieLink();
        return branch;
    }
    /// The memory only; the links' references are the caller's.
    static void free(TrieBranch* branch) { ::operator delete(branch); }

    /// Of the symbol by which keys part here.
    std::size_t index() const { return index_; }
    std::uint64_t symbols() const { return symbols_; }
    std::size_t count() const { return count_bits(symbols_); }
    bool has(std::uint8_t symbol) const { return (symbols_ >> symbol & 1) != 0; }
    /// Requires has(symbol).
    TrieLink& at(std::uint8_t symbol) { return begin()[count_bits(symbols_ & below(symbol))]; }

    /// The neighbours of a symbol, which itself may be there or not; empty at the ends.
    TrieLink before(std::uint8_t symbol) {
        const std::size_t lower = count_bits(symbols_ & below(symbol));
        return lower == 0 ? TrieLink() : begin()[lower - 1];
    }
    TrieLink after(std::uint8_t symbol) {
        const std::size_t upto = count_bits(symbols_ & (below(symbol) | bit(symbol)));
        return upto == count() ? TrieLink() : begin()[upto];
    }

    TrieLink* begin() { return reinterpret_cast<TrieLink*>(this + 1); }
    TrieLink* end() { return begin() + count(); }

    static std::uint64_t bit(std::uint8_t symbol) { return std::uint64_t{1} << symbol; }

private:
    TrieBranch(std::size_t index, std::uint64_t symbols)
        : index_(static_cast<std::uint16_t>(index)), symbols_(symbols) {}

    static std::uint64_t below(std::uint8_t symbol) { return bit(symbol) - 1; }
    /// Without the instruction of newer processors std::popcount is a call into a library.
    static std::size_t count_bits(std::uint64_t bits) {
        bits -= bits >> 1 & 0x5555555555555555;
        bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
        bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
        return bits * 0x0101010101010101 >> 56;
    }

    std::uint16_t index_;
    std::uint64_t symbols_;
};
static_assert(sizeof(TrieBranch) == 16 && sizeof(TrieLink) == 8);

}  // namespace homeport::dns
