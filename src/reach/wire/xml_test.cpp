#include "reach/wire/xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;

/// "parent/name=text" of every leaf; "error" where there is one.
std::vector<std::string> leaves(std::string_view document) {
    const auto read = xml_leaves(document);
    if (!read) return {"error"};
    std::vector<std::string> out;
    for (const XmlLeaf& leaf : *read) {
        out.push_back(std::string(leaf.parent) + "/" + std::string(leaf.name) + "=" + leaf.text);
    }
    return out;
}

TEST(Xml, LeavesWithTheirParents) {
    EXPECT_THAT(leaves("<?xml version=\"1.0\"?>\n<root xmlns='a>b'><!-- <x> --><a> 1 </a>"
                       "<s:b q=\">\"><c/><d></d></s:b></root>"),
                ElementsAre("root/a=1", "b/c=", "b/d="));
}

TEST(Xml, LeavesOfOneParentShareItsNumber) {
    const auto read = xml_leaves("<l><s><a>1</a><b>2</b></s><s><a>3</a></s></l>");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ((*read)[0].parent_number, (*read)[1].parent_number);
    EXPECT_NE((*read)[1].parent_number, (*read)[2].parent_number);
}

TEST(Xml, FiveEntitiesAndNumbersAndNoOthers) {
    EXPECT_THAT(leaves("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#xe9;&#x20ac;&#x1f600;</a>"),
                ElementsAre("/a=<>&\"'AB\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    EXPECT_THAT(leaves("<a>&nbsp;&;&#;&#x;&#0;&#xd800;& b</a>"),
                ElementsAre("/a=&nbsp;&;&#;&#x;& b"));
    EXPECT_THAT(leaves("<a><![CDATA[<b>&lt;]]>x</a>"), ElementsAre("/a=<b>&lt;x"));
}

TEST(Xml, DocumentTypesAreRefused) {
    EXPECT_THAT(leaves("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), ElementsAre("error"));
    EXPECT_THAT(leaves("<a><!ELEMENT x></a>"), ElementsAre("error"));
}

// Routers of TP-Link (Archer C9) close elements that they have not opened.
TEST(Xml, MismatchedTagsAreTolerated) {
    EXPECT_THAT(leaves("<r><a>1</b><c>2</c></r>"), ElementsAre("r/a=1", "r/c=2"));
    EXPECT_THAT(leaves("<r><l><a>1</a></l></l><c>2</c></r>"), ElementsAre("l/a=1", "r/c=2"));
    EXPECT_THAT(leaves("<r><l><a>1</a></r>"), ElementsAre("l/a=1"));
    EXPECT_THAT(leaves("<r><a>1</a>"), ElementsAre("r/a=1"));
}

TEST(Xml, TagsWithoutEndAreErrors) {
    for (const auto* const bad : {"<a", "<a b='>", "<!-- a", "<?x", "<![CDATA[a]]", "<>", "</"}) {
        EXPECT_THAT(leaves(bad), ElementsAre("error")) << bad;
    }
}

TEST(Xml, DepthSizeAndCountAreLimited) {
    std::string deep;
    for (std::size_t i = 0; i < kMaxXmlDepth; ++i) deep += "<a>";
    EXPECT_THAT(leaves(deep), ElementsAre());
    EXPECT_THAT(leaves(deep + "</a>"), ElementsAre("a/a="));
    EXPECT_THAT(leaves(deep + "<a>"), ElementsAre("error"));

    std::string many = "<r>";
    for (std::size_t i = 0; i < kMaxXmlLeaves; ++i) many += "<a/>";
    EXPECT_EQ(leaves(many).size(), kMaxXmlLeaves);
    EXPECT_THAT(leaves(many + "<a/>"), ElementsAre("error"));

    const std::string full = "<a>" + std::string(kMaxXmlBytes - 7, 'x') + "</a>";
    EXPECT_EQ(leaves(full).size(), 1U);
    EXPECT_THAT(leaves(full + " "), ElementsAre("error"));
}

TEST(Xml, EveryOpenHasItsClose) {
    XmlScanner scanner("<a><b>t</a>");
    using Token = XmlScanner::Token;
    EXPECT_EQ(scanner.next(), Token::open);
    EXPECT_EQ(scanner.next(), Token::open);
    EXPECT_EQ(scanner.next(), Token::text);
    EXPECT_EQ(scanner.next(), Token::close);
    EXPECT_EQ(scanner.value(), "b");
    EXPECT_EQ(scanner.next(), Token::close);
    EXPECT_EQ(scanner.depth(), 0U);
    EXPECT_EQ(scanner.next(), Token::end);
    EXPECT_EQ(scanner.next(), Token::end);
}

TEST(Xml, EscapedTextReadsBack) {
    const std::string odd = "a<b>&\"c\"'";
    EXPECT_EQ(xml_text(xml_escape(odd)), odd);
    EXPECT_EQ(xml_escape(std::string("a\r\nb\0", 5)), "a??b?");
}

}  // namespace
}  // namespace homeport::reach
