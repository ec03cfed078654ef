#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::name;

TEST(Name, ReadsAndWritesText) {
    EXPECT_EQ(name("Home.Example.").to_text(), "Home.Example.");
    EXPECT_EQ(name("home.example").to_text(), "home.example.");
    EXPECT_EQ(name(".").to_text(), ".");
    EXPECT_EQ(name("a\\.b.example").to_text(), "a\\.b.example.");
    EXPECT_EQ(name("a\\.b.example").view().labels(), 2U);
    EXPECT_EQ(name("\\065\\000\\255").to_text(), "A\\000\\255.");
    EXPECT_EQ(name("\\\"x\\;").to_text(), "\\\"x\\;.");
    EXPECT_EQ(as_text(name("ab.c").view().wire()), std::string_view("\2ab\1c\0", 6));
}

TEST(Name, RefusesBadText) {
    const std::string longest_label(63, 'x');
    const std::string four = longest_label + "." + longest_label + "." + longest_label + ".";
    EXPECT_TRUE(Name::parse(four + std::string(61, 'x')));
    for (const std::string& text :
         {std::string(), std::string(".."), std::string(".a"), std::string("a..b"),
          std::string("a\\"), std::string("a\\25"), std::string("a\\256"), std::string("a\\2x5"),
          longest_label + "x", four + std::string(62, 'x')}) {
        const auto parsed = Name::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::invalid);
    }
}

// Case does not count, in names of every length.
TEST(Name, EqualityIgnoresCase) {
    EXPECT_EQ(name("HOME.example"), name("home.EXAMPLE"));
    EXPECT_NE(name("home.example"), name("hom.eexample"));
    EXPECT_NE(name("a"), name("b"));
    EXPECT_NE(name("[home.example"), name("{home.example"));  // differ in bit 0x20 only
    EXPECT_NE(name("\\193home.example"), name("\\225home.example"));
    for (std::size_t size = 1; size < 60; ++size) {
        EXPECT_EQ(name(std::string(size, 'q')), name(std::string(size, 'Q')));
        EXPECT_NE(name(std::string(size, 'q') + "a"), name(std::string(size, 'Q') + "b"));
        EXPECT_NE(name("a" + std::string(size, 'q')), name("b" + std::string(size, 'q')));
    }
}

TEST(Name, LowerEightAgreesWithOne) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::uint64_t lower = to_lower8(octet * 0x0101010101010101ULL);
        EXPECT_EQ(lower, to_lower(static_cast<Octet>(octet)) * 0x0101010101010101ULL) << octet;
    }
}

TEST(Name, ParentsAndAncestors) {
    const Name long_name = name("a.b.c.example.");
    const NameView view = long_name;
    EXPECT_EQ(view.labels(), 4U);
    EXPECT_EQ(view.parent(), name("b.c.example"));
    EXPECT_EQ(view.ancestor(2), name("c.example"));
    EXPECT_EQ(view.ancestor(0), name("."));
    EXPECT_TRUE(view.is_at_or_below(view));
    EXPECT_TRUE(view.is_at_or_below(name("C.example")));
    EXPECT_TRUE(view.is_at_or_below(NameView()));
    EXPECT_FALSE(view.is_at_or_below(name("x.example")));
    EXPECT_FALSE(name("ac.example").view().is_at_or_below(name("c.example")));
    EXPECT_FALSE(name("example").view().is_at_or_below(view));
    EXPECT_TRUE(name("*.example").view().is_wildcard());
    EXPECT_FALSE(name("**.example").view().is_wildcard());
    EXPECT_FALSE(NameView().is_wildcard());
}

// The example of RFC 4034 section 6.1, in its order.
TEST(Name, CanonicalOrder) {
    const std::vector<Name> ordered{
        name("example"),         name("a.example"),      name("yljkjljk.a.example"),
        name("Z.a.example"),     name("zABC.a.EXAMPLE"), name("z.example"),
        name("\\001.z.example"), name("*.z.example"),    name("\\200.z.example")};
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        for (std::size_t j = 0; j < ordered.size(); ++j)
            EXPECT_EQ(compare_canonical(ordered[i], ordered[j]), i <=> j) << i << " " << j;
    }
}

TEST(Name, ReadsWireForm) {
    const auto octets = [](std::string_view text) { return as_bytes(text); };
    EXPECT_EQ(NameView::read(octets({"\1a\0rest", 7}))->size(), 3U);
    EXPECT_FALSE(NameView::read({}));
    EXPECT_FALSE(NameView::read(octets("\1a")));
    EXPECT_FALSE(NameView::read(octets({"\5ab\0", 4})));
    EXPECT_FALSE(NameView::read(octets({"\xc0\x0c", 2})));
    EXPECT_FALSE(
        NameView::read(octets({"\x40"
                               "a\0",
                               3})));
    std::string longest;
    for (int i = 0; i < 127; ++i) longest += "\1x";
    EXPECT_EQ(NameView::read(octets(longest + '\0'))->labels(), kMaxLabels);
    EXPECT_FALSE(NameView::read(octets("\1x" + longest + '\0')));
}

TEST(Name, ChildAndFixedNames) {
    EXPECT_EQ(*Name::child("www", name("example")), name("www.example"));
    EXPECT_FALSE(Name::child("", NameView()));
    EXPECT_FALSE(Name::child(std::string(64, 'x'), NameView()));
    FixedName fixed;
    fixed.assign_wildcard(name("Example"));
    EXPECT_EQ(fixed.view().to_text(), "*.Example.");
    fixed.assign_lower(name("WWW.LongerThanEight.Example"));
    EXPECT_EQ(fixed.view().to_text(), "www.longerthaneight.example.");
}

}  // namespace
}  // namespace homeport::dns
