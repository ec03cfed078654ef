#include "tunnel/protocol/question.hpp"

#include "tunnel/protocol/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::tunnel {
namespace {

TEST(Question, BecomesItsFrame) {
    const Question park = ParkQuestion{"attic", "web", true, "nothing"};
    const auto parking = std::get<ParkFrame>(frame_of(park, 7));
    EXPECT_EQ(parking.ask, 7U);
    EXPECT_TRUE(parking.parked);
    EXPECT_EQ(parking.home, "attic");
    EXPECT_EQ(parking.service, "web");
    EXPECT_EQ(parking.answer, "nothing");
    const Question challenge = ChallengeQuestion{"home.example.net", "token", false};
    const auto asking = std::get<ChallengeFrame>(frame_of(challenge, 8));
    EXPECT_EQ(asking.ask, 8U);
    EXPECT_FALSE(asking.present);
    EXPECT_EQ(asking.host, "home.example.net");
    EXPECT_EQ(asking.text, "token");
    const Question probe = ProbeQuestion{
        {std::byte{5}}, true, 443, ProbeCheck::tls, "web", "home.example.net", "user:password"};
    const auto probing = std::get<ProbeFrame>(frame_of(probe, 9));
    EXPECT_EQ(probing.ask, 9U);
    EXPECT_EQ(probing.token.front(), std::byte{5});
    EXPECT_TRUE(probing.udp);
    EXPECT_EQ(probing.port, 443);
    EXPECT_EQ(probing.check, ProbeCheck::tls);
    EXPECT_EQ(probing.service, "web");
    EXPECT_EQ(probing.host, "home.example.net");
    EXPECT_EQ(probing.login, "user:password");
    EXPECT_EQ(ask_number(parking), 7U);
    EXPECT_EQ(ask_number(asking), 8U);
    EXPECT_EQ(ask_number(probing), 9U);
    EXPECT_EQ(ask_number(AskedFrame{.ask = 7}), std::nullopt);
}

// What a frame cannot carry never leaves: the peer would take it for a broken protocol.
TEST(Question, OfLongTextsIsInvalid) {
    const std::string long_name(kMaxNameBytes + 1, 'n');
    const std::string long_host(kMaxHostBytes + 1, 'h');
    EXPECT_TRUE(check_question(ParkQuestion{long_name.substr(1), long_name.substr(1)}));
    EXPECT_TRUE(check_question(ChallengeQuestion{long_host.substr(1), long_name.substr(1)}));
    EXPECT_TRUE(check_question(ProbeQuestion{.service = long_name.substr(1),
                                             .host = long_host.substr(1),
                                             .login = long_name.substr(1)}));
    for (const Question& question : std::vector<Question>{
             ParkQuestion{long_name, ""}, ParkQuestion{"", long_name},
             ParkQuestion{"", "", true, long_name}, ChallengeQuestion{long_host, ""},
             ChallengeQuestion{"h", long_name}, ProbeQuestion{.service = long_name},
             ProbeQuestion{.host = long_host}, ProbeQuestion{.login = long_name}}) {
        const auto checked = check_question(question);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, Errc::invalid);
        EXPECT_THAT(checked.error().what, ::testing::HasSubstr("longer than 25"));
    }
}

TEST(Question, ResultsSurviveTheirFrame) {
    EXPECT_TRUE(result_of(asked_frame(3, {})));
    const Result<> denied = fail(Errc::denied, "not yours");
    const AskedFrame frame = asked_frame(4, denied);
    EXPECT_EQ(frame.ask, 4U);
    EXPECT_EQ(result_of(frame).error().code, Errc::denied);
    EXPECT_EQ(result_of(frame).error().what, "not yours");
}

}  // namespace
}  // namespace homeport::tunnel
