#include "dns/transfer/zone_history.hpp"

#include "dns/transfer/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

struct ZoneHistoryTest : ::testing::Test {
    /// Serial `to` with another address of one name.
    void step(ZoneHistory& history, std::uint32_t to, std::size_t names = 1) {
        const std::uint32_t before = zone->serial();
        for (std::size_t i = 0; i < names; ++i)
            put_lines(editor, {a("x" + std::to_string(i) + ".example.",
                                 "192.0.2." + std::to_string(to % 256))});
        put_lines(editor, {{"example.", RrType::soa, soa(to)}});
        const ZoneUpdate update = editor.commit().value();
        zone = update.zone;
        history.add(before, update);
    }
    static std::vector<std::uint32_t> serials(const ZoneHistory& history, std::uint32_t from) {
        std::vector<std::uint32_t> found;
        for (const auto& step : history.steps_from(from).value_or(ZoneSteps()))
            found.push_back(step->after);
        return found;
    }

    std::shared_ptr<const Zone> zone = make_zone("example.", {});
    ZoneEditor editor{zone};
};

TEST_F(ZoneHistoryTest, StepsFollowEachOther) {
    ZoneHistory history;
    EXPECT_FALSE(history.steps_from(1));
    for (const std::uint32_t serial : {2U, 5U, 6U}) step(history, serial);
    EXPECT_THAT(serials(history, 1), ::testing::ElementsAre(2, 5, 6));
    EXPECT_THAT(serials(history, 5), ::testing::ElementsAre(6));
    EXPECT_FALSE(history.steps_from(6));
    EXPECT_FALSE(history.steps_from(4));
    const auto steps = history.steps_from(2);
    EXPECT_EQ(SoaView(steps->front()->soa().before().records.front()).serial(), 2U);
}

TEST_F(ZoneHistoryTest, OldestGoFirst) {
    ZoneHistory by_steps({.steps = 3});
    for (std::uint32_t serial = 2; serial < 10; ++serial) step(by_steps, serial);
    EXPECT_FALSE(by_steps.steps_from(5));
    EXPECT_THAT(serials(by_steps, 6), ::testing::ElementsAre(7, 8, 9));

    ZoneHistory by_changes({.changes = 10});  // two each: the SOA and the name
    for (std::uint32_t serial = 10; serial < 20; ++serial) step(by_changes, serial);
    EXPECT_EQ(by_changes.steps(), 5U);
    step(by_changes, 20, 100);
    EXPECT_EQ(by_changes.steps(), 0U);
    EXPECT_EQ(by_changes.octets(), 0U);
    step(by_changes, 21);
    EXPECT_THAT(serials(by_changes, 20), ::testing::ElementsAre(21));
}

TEST_F(ZoneHistoryTest, MemoryIsBounded) {
    ZoneHistory one;
    step(one, 2);
    const std::uint64_t each = one.octets();
    EXPECT_GT(each, 2 * zone->apex_node().bytes());
    ZoneHistory history({.octets = 4 * each + each / 2});
    step(history, 3);
    for (std::uint32_t serial = 4; serial < 30; ++serial) step(history, serial);
    EXPECT_EQ(history.steps(), 4U);
    EXPECT_LE(history.octets(), 4 * each + each / 2);
}

// What cannot be told as differences is not told.
TEST_F(ZoneHistoryTest, GapsEndIt) {
    ZoneHistory history;
    step(history, 2);
    ZoneHistory other;
    step(other, 3);
    step(history, 4);
    EXPECT_FALSE(history.steps_from(1));
    EXPECT_THAT(serials(history, 3), ::testing::ElementsAre(4));
    step(history, 3);  // backwards
    EXPECT_EQ(history.steps(), 0U);
    put_lines(editor, {a("y.example.")});  // without a new serial
    history.add(3, editor.commit().value());
    EXPECT_EQ(history.steps(), 0U);
}

TEST_F(ZoneHistoryTest, SerialsWrapAround) {
    ZoneHistory history;
    step(history, 0x7fffffff);
    step(history, 0xfffffff0);
    step(history, 3);
    EXPECT_THAT(serials(history, 1), ::testing::ElementsAre(0x7fffffffU, 0xfffffff0U, 3U));
}

// A running transfer keeps what it began with.
TEST_F(ZoneHistoryTest, StepsOutliveIt) {
    std::optional<ZoneSteps> steps;
    {
        ZoneHistory history;
        step(history, 2);
        steps = history.steps_from(1);
    }
    EXPECT_EQ(steps->front()->after, 2U);
    EXPECT_EQ(steps->front()->changes.size(), 2U);
}

}  // namespace
}  // namespace homeport::dns
