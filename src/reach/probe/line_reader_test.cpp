#include "reach/probe/line_reader.hpp"

#include "reach/probe/limits.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using Next = LineReader::Next;

std::vector<std::string> lines_of(LineReader& reader) {
    std::vector<std::string> lines;
    std::string_view line;
    while (reader.next(line) == Next::line) lines.emplace_back(line);
    return lines;
}

TEST(LineReader, CutsPiecesIntoLines) {
    const std::string text = "one\r\ntwo\n\r\n\nthr\ree\r\nrest";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        LineReader reader;
        std::vector<std::string> lines;
        for (std::size_t i = 0; i < text.size(); i += piece) {
            reader.add(as_bytes(std::string_view(text).substr(i, piece)));
            for (std::string& line : lines_of(reader)) lines.push_back(std::move(line));
        }
        EXPECT_THAT(lines, ElementsAre("one", "two", "", "", "thr\ree"));
        EXPECT_EQ(reader.rest(), "rest");
    }
}

TEST(LineReader, LongLinesAreNotWaitedFor) {
    LineReader fits;
    fits.add(as_bytes(std::string(kMaxProbeLineBytes - 1, 'x') + "\n"));
    EXPECT_EQ(lines_of(fits).size(), 1u);

    for (const std::string_view end : {"", "\n", "\nnext\n"}) {
        LineReader reader;
        std::string_view line;
        reader.add(as_bytes(std::string(kMaxProbeLineBytes + 1, 'x').append(end)));
        EXPECT_EQ(reader.next(line), Next::too_long);
        EXPECT_EQ(reader.next(line), Next::too_long);
        EXPECT_TRUE(reader.rest().starts_with("xxx"));
    }
}

}  // namespace
}  // namespace homeport::reach
