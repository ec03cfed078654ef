#include "dns/zone/trie_key.hpp"

#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::name;
using testing::Random;

// The order of keys is the canonical order of names, for all octets.
TEST(TrieKey, KeepsCanonicalOrder) {
    Random random(1);
    const auto order = [](const TrieKey& left, const TrieKey& right) -> std::strong_ordering {
        const std::size_t at = left.difference(right);
        if (at == TrieKey::kSame) return std::strong_ordering::equal;
        return left.at(at) <=> right.at(at);
    };
    for (int round = 0; round < 20'000; ++round) {
        const Name left = testing::hostile_name(random, Name());
        const Name right = testing::hostile_name(random, random.one_in(2) ? left : Name());
        ASSERT_EQ(order(TrieKey(left), TrieKey(right)), compare_canonical(left, right))
            << left.to_text() << " " << right.to_text();
    }
}

TEST(TrieKey, CaseDoesNotCount) {
    EXPECT_EQ(TrieKey(name("Ab.Z")).difference(TrieKey(name("aB.z"))), TrieKey::kSame);
    EXPECT_EQ(TrieKey(name("b.z")).difference(TrieKey(name("c.z"))), 2U);
}

// Common octets take one symbol, others two; each label ends in one. Behind the end there is 0.
TEST(TrieKey, Symbols) {
    EXPECT_EQ(TrieKey(Name()).size(), 0U);
    const TrieKey key(name("*-_09.az"));
    EXPECT_EQ(key.size(), 9U);
    EXPECT_EQ(key.at(2), 0);
    EXPECT_EQ(key.at(8), 0);
    EXPECT_EQ(key.at(1000), 0);
    EXPECT_EQ(TrieKey(name("\\000\\255")).size(), 5U);
    for (unsigned octet = 0; octet < 256; ++octet) {
        const char label[] = {static_cast<char>(octet)};
        const TrieKey one(*Name::child({label, 1}, NameView()));
        for (std::size_t i = 0; i + 1 < one.size(); ++i) {
            EXPECT_GT(one.at(i), 0);
            EXPECT_LT(one.at(i), 64);
        }
    }
}

// A name of 255 octets that all need two symbols fits.
TEST(TrieKey, Longest) {
    const std::string label(63, '\xff');
    Name longest;
    for (const std::size_t size : {61U, 63U, 63U, 63U})
        longest = *Name::child(std::string_view(label).substr(0, size), longest);
    ASSERT_EQ(longest.view().size(), kMaxNameBytes);
    EXPECT_EQ(TrieKey(longest).size(), 2U * 250 + 4);
}

}  // namespace
}  // namespace homeport::dns
