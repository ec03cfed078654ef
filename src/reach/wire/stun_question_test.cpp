#include "reach/wire/stun_question.hpp"

#include "core/text.hpp"
#include "reach/wire/stun_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::at;
using testing::stun_answer;
using testing::stun_id;
using Action = StunQuestion::Action;
using Kind = StunOutcome::Kind;

const Endpoint kServer = at("198.51.100.1:3478");
const Endpoint kOther = at("198.51.100.2:3479");
constexpr TimePoint kStart{1h};

/// The times of all sendings, and of the end, without any answer.
std::vector<std::int64_t> timetable(StunQuestion& question) {
    std::vector<std::int64_t> times;
    TimePoint now = kStart;
    for (;;) {
        const Action action = question.poll(now);
        if (action != Action::none) times.push_back(to_ms(now - kStart));
        if (action == Action::over) return times;
        now = std::max(now, question.deadline());
    }
}

TEST(StunQuestion, IsSentSevenTimesWithDoublingPauses) {
    StunQuestion question(kServer, stun_id(1));
    EXPECT_THAT(timetable(question),
                ::testing::ElementsAre(0, 500, 1500, 3500, 7500, 15500, 31500, 39500));
    EXPECT_EQ(question.outcome().kind, Kind::silent);
    EXPECT_EQ(question.deadline(), kNever);
}

TEST(StunQuestion, EndsWithItsPatience) {
    StunQuestion question(kServer, stun_id(1), kStunFilterPatience);
    EXPECT_THAT(timetable(question), ::testing::ElementsAre(0, 500, 1500, 3500));
}

TEST(StunQuestion, EarlyPollsSendNothing) {
    StunQuestion question(kServer, stun_id(1));
    EXPECT_EQ(question.poll(kStart), Action::send);
    EXPECT_EQ(question.poll(kStart), Action::none);
    EXPECT_EQ(question.poll(kStart + 499ms), Action::none);
    EXPECT_EQ(question.poll(kStart + 500ms), Action::send);
}

TEST(StunQuestion, EndsWithItsAnswer) {
    StunQuestion question(kServer, stun_id(1));
    question.poll(kStart);
    question.on_datagram(kServer, stun_answer(stun_id(1), "203.0.113.5:4000"), kStart + 20ms);
    EXPECT_EQ(question.poll(kStart + 20ms), Action::over);
    EXPECT_EQ(question.outcome().kind, Kind::answer);
    EXPECT_EQ(question.outcome().answer.mapped, at("203.0.113.5:4000"));
    EXPECT_EQ(question.outcome().took, 20ms);
}

// Whoever does not know the id, or does not stand at the server, cannot end the question.
TEST(StunQuestion, IgnoresStrangers) {
    StunQuestion question(kServer, stun_id(1));
    const auto lie = stun_answer(stun_id(1), "203.0.113.66:1");
    question.on_datagram(kServer, lie, kStart);  // before anything was asked
    question.poll(kStart);
    question.on_datagram(at("198.51.100.1:3479"), lie, kStart);
    question.on_datagram(at("198.51.100.9:3478"), lie, kStart);
    question.on_datagram(kServer, stun_answer(stun_id(2), "203.0.113.66:1"), kStart);
    question.on_datagram(kServer, as_bytes("garbage"), kStart);
    EXPECT_EQ(question.poll(kStart + 1ms), Action::none);
    question.on_datagram(kServer, stun_answer(stun_id(1), "203.0.113.5:4000"), kStart + 2ms);
    EXPECT_EQ(question.outcome().answer.mapped, at("203.0.113.5:4000"));
    question.on_datagram(kServer, lie, kStart + 3ms);  // too late
    EXPECT_EQ(question.outcome().answer.mapped, at("203.0.113.5:4000"));
}

TEST(StunQuestion, TellsAnErrorAndAMissingWay) {
    StunQuestion refused(kServer, stun_id(1));
    refused.poll(kStart);
    refused.on_datagram(
        kServer, testing::StunBuilder(stun_id(1), 0x0111).attribute(0x0009, {0, 0, 4, 20}).bytes(),
        kStart);
    EXPECT_EQ(refused.outcome().kind, Kind::refused);
    EXPECT_EQ(refused.outcome().answer.error, 420);

    StunQuestion lost(kServer, stun_id(1));
    lost.poll(kStart);
    lost.on_unreachable();
    EXPECT_EQ(lost.poll(kStart), Action::over);
    EXPECT_EQ(lost.outcome().kind, Kind::unreachable);
}

// A server that ignores the change has to be told from a NAT that filters.
TEST(StunQuestion, KnowsWhereTheAnswerToAChangeComesFrom) {
    const StunQuestion::Plan plan{.server = kServer,
                                  .id = stun_id(1),
                                  .change = {.address = true, .port = true},
                                  .answer_from = kOther};
    const auto answer = stun_answer(stun_id(1), "203.0.113.5:4000");
    StunQuestion changed(plan);
    changed.poll(kStart);
    EXPECT_EQ(to_hex(changed.message()).substr(40), "0003000400000006");
    changed.on_datagram(kOther, answer, kStart);
    EXPECT_EQ(changed.outcome().kind, Kind::answer);

    StunQuestion ignored(plan);
    ignored.poll(kStart);
    ignored.on_datagram(kServer, answer, kStart);
    EXPECT_EQ(ignored.outcome().kind, Kind::unchanged);
}

}  // namespace
}  // namespace homeport::reach
