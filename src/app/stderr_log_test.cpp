#include "app/stderr_log.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>

namespace homeport::app {
namespace {

TEST(StderrLog, LinesBeginWithTimeAndLevel) {
    EXPECT_EQ(log_prefix(Level::warn, 1'000'000'000'007), "2001-09-09T01:46:40.007Z warn ");
}

TEST(StderrLog, LevelCanChange) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    StderrLog log(Level::warn, ends[1]);
    log.info("quiet");
    log.set_level(Level::info);
    log.info("link.up", {{"agent", "at\ntic"}});
    std::array<char, 256> text{};
    const auto got = ::read(ends[0], text.data(), text.size());
    ASSERT_GT(got, 0);
    const std::string_view line(text.data(), static_cast<std::size_t>(got));
    EXPECT_TRUE(line.ends_with("Z info link.up agent=\"at\\x0atic\"\n")) << line;
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace homeport::app
