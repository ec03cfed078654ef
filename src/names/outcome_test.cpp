#include "names/outcome.hpp"

#include <gmock/gmock.h>
#include <set>

namespace homeport::names {
namespace {

TEST(OutcomeTest, EachHasItsTexts) {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(Outcome::tokens_full); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        const OutcomeText& text = text_of(outcome);
        EXPECT_TRUE(words.insert(text.error).second) << text.error << " twice";
        EXPECT_EQ(is_success(outcome), text.status == 200) << text.error;
        EXPECT_EQ(is_success(outcome), text.remedy.empty()) << text.error;
        EXPECT_FALSE(text.reply.empty()) << text.error;
    }
}

}  // namespace
}  // namespace homeport::names
