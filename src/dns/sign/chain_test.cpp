#include "dns/sign/chain.hpp"

#include "dns/sign/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

// The example of RFC 4034 section 4.3.
TEST(Chain, NsecOfRfc4034) {
    const auto zone =
        make_zone("example.com.", {a("alfa.example.com."),
                                   {"alfa.example.com.", RrType::mx, mx(10, "x.")},
                                   {"alfa.example.com.", static_cast<RrType>(1234), text("x")}});
    const ZoneNode& node = *zone->nodes().find(name("alfa.example.com."));
    const Octets expected = Build()
                                .name("host.example.com.")
                                .raw({0, 6, 0x40, 1, 0, 0, 0, 3, 4, 27})
                                .add(Octets(26))
                                .u8(0x20)
                                .bytes;
    EXPECT_EQ(to_hex(nsec_rdata(node, name("HOST.example.com."))), to_hex(expected));
}

TEST(Chain, ADelegationListsOnlyWhatTheParentKnows) {
    const auto zone = make_zone("example.", {ns("sub.example.", "sub.example."), ds("sub.example."),
                                             a("sub.example."), ns("bare.example.", "x.")});
    const auto types = [&zone](std::string_view owner) {
        return types_of_nsec(nsec_rdata(*zone->nodes().find(name(owner)), name("x.")));
    };
    EXPECT_THAT(types("sub.example."), ::testing::ElementsAre("DS", "NS", "NSEC", "RRSIG"));
    EXPECT_THAT(types("bare.example."), ::testing::ElementsAre("NS", "NSEC", "RRSIG"));
    EXPECT_THAT(types("example."), ::testing::ElementsAre("NS", "NSEC", "RRSIG", "SOA"));
}

TEST(Chain, NeighboursSkipWhatHasNoPlaceInIt) {
    const auto zone = make_zone(
        "example.", {ns("b.example.", "x.b.example."), a("x.b.example."), a("y.x.b.example."),
                     ns("c.b.example.", "x."), a("q.c.b.example."), a("x.y.z.example.")});
    const auto& nodes = zone->nodes();
    const auto after = [&nodes](std::string_view owner) {
        return chain_after(nodes, *nodes.find(name(owner))).name().to_text();
    };
    const auto before = [&nodes](std::string_view owner) {
        return chain_before(nodes, name(owner)).name().to_text();
    };
    EXPECT_EQ(after("example."), "b.example.");
    EXPECT_EQ(after("b.example."), "x.y.z.example.");
    EXPECT_EQ(after("x.y.z.example."), "example.");
    EXPECT_EQ(before("x.y.z.example."), "b.example.");
    EXPECT_EQ(before("c.example."), "b.example.");
    EXPECT_EQ(before("r.c.b.example."), "b.example.");
    EXPECT_EQ(before("b.example."), "example.");
    EXPECT_EQ(before("example."), "example.");
}

// The name that is looked for behind a delegation may itself be there.
TEST(Chain, TheLeastNameBehindADelegationIsFound) {
    const auto zone = make_zone("example.", {ns("b.example.", "x."), a("x.b.example."),
                                             a("b\\000.example."), a("c.example.")});
    const ZoneNode& cut = *zone->nodes().find(name("b.example."));
    EXPECT_EQ(chain_after(zone->nodes(), cut).name().to_text(), "b\\000.example.");
}

// A name sorts in front of it exactly when it is the given one, below it, or in front of that.
TEST(Chain, LeastNameBehindASubtree) {
    Random random(7);
    const Name apex = name("example.");
    std::vector<Name> names;
    for (int i = 0; i < 150; ++i) names.push_back(hostile_name(random, apex));
    for (const char last : {'@', 'Z', '[', 'z', '\xff', '\0'}) {
        std::string label(kMaxLabelBytes, last);
        names.push_back(Name::child(label, apex).value());
        names.push_back(Name::child("a", names.back()).value());
        label.front() = 'q';
        names.push_back(Name::child(label, apex).value());
        names.push_back(Name::child(label, names.front()).value_or(apex));
    }
    for (const Name& subtree : names) {
        const auto behind = least_behind(subtree, apex);
        for (const Name& other : names) {
            const bool inside = other.view().is_at_or_below(subtree);
            const bool in_front = inside || compare_canonical(other, subtree) < 0;
            EXPECT_EQ(in_front, !behind || compare_canonical(other, *behind) < 0)
                << other.to_text() << " and " << subtree.to_text();
        }
    }
}

}  // namespace
}  // namespace homeport::dns
