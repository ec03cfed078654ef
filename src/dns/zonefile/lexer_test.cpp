#include "dns/zonefile/lexer.hpp"

#include "dns/zonefile/limits.hpp"
#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Cut {
    std::vector<std::string> lines;  ///< "1:[word][word]", ">" in front when indented
    std::vector<std::string> faults;
};

Cut cut(std::string_view text) {
    FaultList faults("z");
    Lexer lexer(text, faults);
    Cut result;
    WordLine line;
    while (lexer.next(line)) {
        std::string shown = (line.indented ? ">" : "") + std::to_string(line.words[0].line) + ":";
        for (const Word& word : line.words)
            shown += (word.quoted ? "\"" : "[") + std::string(word.text) + "]";
        result.lines.push_back(shown);
    }
    result.faults = testing::lines_of(faults.take());
    return result;
}

TEST(Lexer, cuts_lines_into_words) {
    EXPECT_THAT(cut("a b\tc\n\n  d\r\n; comment\ne;f\n \n").lines,
                ElementsAre("1:[a][b][c]", ">3:[d]", "5:[e]"));
    EXPECT_THAT(cut("a b").lines, ElementsAre("1:[a][b]"));
    EXPECT_THAT(cut(" a").lines, ElementsAre(">1:[a]"));
    EXPECT_THAT(cut("").lines, IsEmpty());
    EXPECT_THAT(cut("\xef\xbb\xbf"
                    "a\n")
                    .lines,
                ElementsAre("1:[a]"));
}

TEST(Lexer, joins_what_stands_in_parentheses) {
    EXPECT_THAT(cut("a ( b ; x )\n\n c(d)\n ) e\nf\n").lines,
                ElementsAre("1:[a][b][c][d][e]", "5:[f]"));
    EXPECT_THAT(cut("(a)\n").lines, ElementsAre("1:[a]"));
}

TEST(Lexer, keeps_quoted_texts_whole) {
    EXPECT_THAT(cut(R"(a "b ;( c" "" "d\"e"f)").lines, ElementsAre(R"(1:[a]"b ;( c]"]"d\"e][f])"));
    EXPECT_THAT(cut(R"(alpn="h2 h3" x)").lines, ElementsAre(R"(1:[alpn="h2 h3"][x])"));
}

TEST(Lexer, leaves_escapes_as_they_are) {
    EXPECT_THAT(cut(R"(a\ b\;c\(\"\\ d\046)").lines, ElementsAre(R"(1:[a\ b\;c\(\"\\][d\046])"));
}

// What follows a fault is read again, and has the right line.
TEST(Lexer, reports_faults_and_goes_on) {
    const Cut found = cut("a \"b\nc )\nd \\\ne\nf ( g\n");
    EXPECT_THAT(found.lines, ElementsAre("4:[e]"));
    EXPECT_THAT(found.faults, ElementsAre(HasSubstr("z:1: a quotation mark is not closed"),
                                          HasSubstr("z:2: a ) without a ("),
                                          HasSubstr("z:3: nothing stands behind a backslash"),
                                          HasSubstr("z:5: this parenthesis is not closed")));
    EXPECT_THAT(cut(std::string_view("a\0b\nc\n", 6)).faults, ElementsAre(HasSubstr("zero byte")));
    EXPECT_THAT(cut("k=\"v\n").faults, SizeIs(1));
}

// A parenthesis left open does not take the memory of a whole zone.
TEST(Lexer, bounds_a_record) {
    const Cut found = cut("a (\n" + std::string(kMaxRecordTextBytes + 10, ' ') + "b\nc\n");
    EXPECT_THAT(found.lines, ElementsAre("3:[c]"));
    EXPECT_THAT(found.faults, ElementsAre(HasSubstr("z:2: a record of more than 512 KiB")));
}

}  // namespace
}  // namespace homeport::dns
