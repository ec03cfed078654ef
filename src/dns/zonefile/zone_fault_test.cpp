#include "dns/zonefile/zone_fault.hpp"

#include "dns/zonefile/limits.hpp"
#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using ::testing::ElementsAre;

TEST(FaultList, is_sorted_by_line_and_splits_remedies) {
    FaultList faults("zone");
    faults.add(3, "third", "mend it");
    faults.add(1, fail(Errc::invalid, "a; b; do this").error(), "do that");
    faults.add(1, fail(Errc::invalid, "plain").error(), "do that");
    EXPECT_THAT(testing::lines_of(faults.take()),
                ElementsAre("zone:1: a; b (do this)", "zone:1: plain (do that)",
                            "zone:3: third (mend it)"));
}

TEST(FaultList, ends_at_its_limit) {
    FaultList faults("zone");
    for (std::size_t i = 0; i < kMaxZoneFaults; ++i) {
        EXPECT_FALSE(faults.full());
        faults.add(i, "x", "y");
    }
    EXPECT_TRUE(faults.full());
    faults.add(1, "x", "y");
    EXPECT_EQ(faults.take().size(), kMaxZoneFaults);
    faults.add(1, std::string(5000, 'x'), "y");
    EXPECT_LT(faults.take().front().what.size(), 500U);
}

// What is quoted neither breaks the line nor runs over the screen.
TEST(Quoted, is_short_and_printable) {
    EXPECT_EQ(in_quotes("a\nb\x1b"), "\"a?b?\"");
    EXPECT_EQ(in_quotes(std::string(500, 'x')), "\"" + std::string(kMaxQuotedBytes, 'x') + "...\"");
}

}  // namespace
}  // namespace homeport::dns
