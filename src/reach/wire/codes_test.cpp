#include "reach/wire/codes.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

TEST(Codes, NumbersHaveTheNamesOfTheirStandards) {
    EXPECT_EQ(to_text(PcpResult::success), "0 SUCCESS");
    EXPECT_EQ(to_text(PcpResult::cannot_provide_external), "11 CANNOT_PROVIDE_EXTERNAL");
    EXPECT_EQ(to_text(PcpResult{200}), "200");
    EXPECT_EQ(to_text(NatPmpResult::out_of_resources), "4 out of resources");
    EXPECT_EQ(to_text(NatPmpResult{6}), "6");
}

}  // namespace
}  // namespace homeport::reach
