#include "dns/zone/trie.hpp"

#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <map>
#include <memory>

namespace homeport::dns {
namespace {

using testing::name;
using testing::Random;

struct Leaf final : Counted {
    Leaf(Name held, int number) : owner(std::move(held)), value(number) { ++alive; }
    ~Leaf() { --alive; }
    NameView name() const { return owner; }
    static void destroy(const Leaf* leaf) { const std::unique_ptr<const Leaf> last(leaf); }

    static inline int alive = 0;
    Name owner;
    int value;
};

Ref<Leaf> leaf(const Name& owner, int value) {
    return Ref<Leaf>::adopt(std::make_unique<const Leaf>(owner, value).release());
}

using Model = std::map<Name, int, CanonicalLess>;

std::vector<int> values(const Trie<Leaf>& trie) {
    std::vector<int> all;
    trie.for_each([&all](const Leaf& found) { all.push_back(found.value); });
    return all;
}
std::vector<int> values(const Model& model) {
    std::vector<int> all;
    for (const auto& [owner, value] : model) all.push_back(value);
    return all;
}

int value_at(const Leaf* found) {
    return found == nullptr ? -1 : found->value;
}
int value_at(const Model& model, Model::const_iterator at) {
    return at == model.end() ? -1 : at->second;
}
int value_before(const Model& model, Model::const_iterator at) {
    return at == model.begin() ? -1 : std::prev(at)->second;
}

int closest_in(const Model& model, NameView owner) {
    for (std::size_t labels = owner.labels() + 1; labels-- > 0;) {
        const auto at = model.find(owner.ancestor(labels));
        if (at != model.end()) return at->second;
    }
    return -1;
}

void expect_same_look_up(const Trie<Leaf>& trie, const Model& model, const Name& owner) {
    const auto exact = model.find(owner);
    const auto lower = model.lower_bound(owner);
    ASSERT_EQ(value_at(trie.find(owner)), value_at(model, exact));
    ASSERT_EQ(value_at(trie.before(owner)), value_before(model, lower));
    ASSERT_EQ(value_at(trie.after(owner)), value_at(model, model.upper_bound(owner)));
    ASSERT_EQ(value_at(trie.at_or_before(owner)),
              exact != model.end() ? exact->second : value_before(model, lower));
    const auto closest = trie.closest(owner);
    ASSERT_EQ(value_at(closest.leaf), closest_in(model, owner));
    ASSERT_EQ(closest.exact, exact != model.end());
}

TEST(Trie, EmptyAndOne) {
    Trie<Leaf> trie;
    EXPECT_EQ(trie.find(name("a")), nullptr);
    EXPECT_EQ(trie.at_or_before(name("a")), nullptr);
    EXPECT_EQ(trie.after(name("a")), nullptr);
    EXPECT_EQ(trie.closest(name("a")).leaf, nullptr);
    EXPECT_EQ(trie.first(), nullptr);
    EXPECT_FALSE(trie.erase(name("a")));
    trie.put(leaf(name("a"), 1));
    EXPECT_EQ(value_at(trie.closest(name("b.a")).leaf), 1);
    EXPECT_EQ(trie.closest(name("b")).leaf, nullptr);
    EXPECT_TRUE(trie.erase(name("A")));
    EXPECT_EQ(trie.size(), 0U);
    EXPECT_EQ(Leaf::alive, 0);
}

// Against std::map, with names that are hard on it, and with old copies that must not change.
TEST(Trie, AgreesWithAMap) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        Trie<Leaf> trie;
        Model model;
        std::vector<std::pair<Trie<Leaf>, Model>> kept;
        std::vector<Name> names;
        for (int i = 0; i < 200; ++i)
            names.push_back(testing::hostile_name(
                random, names.empty() || random.one_in(2) ? Name() : random.pick(names)));
        for (int step = 0; step < 600; ++step) {
            const Name& owner = random.pick(names);
            if (random.one_in(3)) {
                ASSERT_EQ(trie.erase(owner), model.erase(owner) == 1);
            } else {
                trie.put(leaf(owner, step));
                model.insert_or_assign(owner, step);
            }
            ASSERT_EQ(trie.size(), model.size());
            expect_same_look_up(trie, model, random.pick(names));
            expect_same_look_up(trie, model, testing::hostile_name(random, random.pick(names)));
            if (random.one_in(40)) kept.emplace_back(trie, model);
            if (random.one_in(60) && !kept.empty()) kept.erase(kept.begin());
        }
        ASSERT_EQ(values(trie), values(model));
        for (const auto& [old_trie, old_model] : kept)
            ASSERT_EQ(values(old_trie), values(old_model)) << "seed " << seed;
    }
    EXPECT_EQ(Leaf::alive, 0);
}

// Two that share everything go their own ways.
TEST(Trie, CopiesAreIndependent) {
    Trie<Leaf> first;
    for (int i = 0; i < 100; ++i) first.put(leaf(name("h" + std::to_string(i)), i));
    Trie<Leaf> second(first);
    second.erase(name("h50"));
    first.put(leaf(name("h51"), 1000));
    EXPECT_EQ(value_at(first.find(name("h50"))), 50);
    EXPECT_EQ(value_at(first.find(name("h51"))), 1000);
    EXPECT_EQ(value_at(second.find(name("h51"))), 51);
    EXPECT_EQ(Leaf::alive, 101);
    first = {};
    EXPECT_EQ(Leaf::alive, 99);
    EXPECT_EQ(second.size(), 99U);
    second = Trie<Leaf>();
    EXPECT_EQ(Leaf::alive, 0);
}

// Names of 255 octets in a row make the deepest trie there is.
TEST(Trie, Deep) {
    Trie<Leaf> trie;
    Name deep;
    std::vector<Name> all;
    for (int i = 0; i < 126; ++i) {
        deep = *Name::child("\xff", deep);
        all.push_back(deep);
        trie.put(leaf(deep, i));
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(value_at(trie.find(all[i])), static_cast<int>(i));
        EXPECT_EQ(value_at(trie.before(all[i])), static_cast<int>(i) - 1);
    }
    EXPECT_EQ(value_at(trie.closest(*Name::child("x", deep)).leaf), 125);
}

}  // namespace
}  // namespace homeport::dns
