#include "reach/truth/outgoing_mail.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

TEST(OutgoingMail, ARefusalIsAnAnswer) {
    EXPECT_EQ(answered({}), true);
    EXPECT_EQ(answered(fail(Errc::refused, "x")), true);
    EXPECT_EQ(answered(fail(Errc::timed_out, "x")), false);
    EXPECT_EQ(answered(fail(Errc::unreachable, "x")), false);
    EXPECT_EQ(answered(fail(Errc::limit, "no descriptors")), std::nullopt);
}

TEST(OutgoingMail, OnlyTheDifferenceTells) {
    EXPECT_EQ(judge_mail(true, false), OutgoingMail::open);
    EXPECT_EQ(judge_mail(true, std::nullopt), OutgoingMail::open);
    EXPECT_EQ(judge_mail(false, true), OutgoingMail::blocked);
    EXPECT_EQ(judge_mail(false, false), OutgoingMail::unknown) << "perhaps the relay's firewall";
    EXPECT_EQ(judge_mail(false, std::nullopt), OutgoingMail::unknown);
    EXPECT_EQ(judge_mail(std::nullopt, true), OutgoingMail::unknown);
}

}  // namespace
}  // namespace homeport::reach
