#include "dns/zone/zone_node.hpp"

#include "dns/zone/testing.hpp"

#include <gtest/gtest.h>
#include <algorithm>

namespace homeport::dns {
namespace {

using namespace testing;

TEST(ZoneNode, KeepsItsSets) {
    const RdataList addresses = list({address("192.0.2.1"), address("192.0.2.2")});
    const RdataList texts = list({text("x")});
    const RdataList signatures = list({rrsig(RrType::txt)});
    const RrsetView sets[] = {{RrType::a, 60, addresses.view(), {}},
                              {RrType::txt, 70, texts.view(), signatures.view()}};
    const Ref<ZoneNode> node = ZoneNode::make(name("Www.example."), {.below_cut = true}, sets);
    EXPECT_EQ(node->name().to_text(), "Www.example.");
    EXPECT_TRUE(node->below_cut());
    EXPECT_FALSE(node->at_cut() || node->has_wildcard() || node->empty());
    EXPECT_EQ(node->sets(), 2U);
    const RrsetView found = node->find(RrType::a);
    EXPECT_EQ(found.ttl, 60U);
    EXPECT_TRUE(std::ranges::equal(found.records.packed(), addresses.view().packed()));
    EXPECT_TRUE(found.signatures.empty());
    const RrsetView text_set = node->set(1);
    EXPECT_EQ(text_set.type, RrType::txt);
    EXPECT_TRUE(std::ranges::equal(text_set.signatures.packed(), signatures.view().packed()));
    EXPECT_FALSE(node->find(RrType::aaaa));
}

TEST(ZoneNode, EmptyNonTerminal) {
    const Ref<ZoneNode> node = ZoneNode::make(name("example."), {.has_wildcard = true}, {});
    EXPECT_TRUE(node->empty());
    EXPECT_TRUE(node->has_wildcard());
    EXPECT_FALSE(node->find(RrType::a));
}

// Millions of these are held: an address record costs 56 octets for a name of 21.
TEST(ZoneNode, Size) {
    const RdataList one = list({address("192.0.2.1")});
    const RrsetView sets[] = {{RrType::a, 60, one.view(), {}}};
    EXPECT_EQ(ZoneNode::make(name("h000000.dyn.example."), {}, sets)->bytes(), 55U);
}

}  // namespace
}  // namespace homeport::dns
