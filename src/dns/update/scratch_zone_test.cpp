#include "dns/update/scratch_zone.hpp"

#include "dns/update/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;

struct ScratchZoneTest : ::testing::Test {
    std::shared_ptr<const Zone> zone = make_zone("example.", {a("x.example."), txt("x.example.")});
    ScratchZone scratch{zone};
    const Name x = name("x.example.");
};

TEST_F(ScratchZoneTest, ShowsTheZoneAndWhatWasDone) {
    EXPECT_THAT(scratch.types(x), ElementsAre(RrType::a, RrType::txt));
    scratch.remove_set(x, RrType::a);
    scratch.add(x, RrType::mx, 60, mx(1, "y."));
    EXPECT_THAT(scratch.types(name("X.EXAMPLE.")), ElementsAre(RrType::txt, RrType::mx));
    EXPECT_FALSE(scratch.has_set(x, RrType::a));
    EXPECT_TRUE(scratch.has_record(x, RrType::mx, mx(1, "Y.")));
    EXPECT_FALSE(scratch.has_record(x, RrType::mx, text("broken")));
    EXPECT_EQ(scratch.count(x, RrType::mx), 1U);
    EXPECT_EQ(scratch.soa_serial(), 1U);
    EXPECT_TRUE(zone->nodes().find(x)->find(RrType::a));
}

TEST_F(ScratchZoneTest, OnlyWhatDiffersIsAChange) {
    scratch.remove_record(x, RrType::a, address("192.0.2.1"));
    scratch.add(x, RrType::a, kTtl, address("192.0.2.1"));
    scratch.remove_set(name("nothing.example."), RrType::a);
    EXPECT_EQ(scratch.changes()->size(), 0U);
    scratch.add(x, RrType::a, 60, address("192.0.2.1"));
    const auto changes = scratch.changes();
    ASSERT_EQ(changes->size(), 1U);
    EXPECT_EQ(changes->front().ttl, 60U);
}

TEST_F(ScratchZoneTest, TouchedRecordsAreCounted) {
    EXPECT_EQ(scratch.touched_records(), 0U);
    scratch.add(x, RrType::a, 60, address("192.0.2.7"));
    scratch.add(x, RrType::a, 60, address("192.0.2.8"));
    EXPECT_EQ(scratch.touched_records(), 1U);
}

TEST_F(ScratchZoneTest, EditorHasTheLastWord) {
    scratch.add(name("*.example."), RrType::ns, 60, target("y."));
    EXPECT_FALSE(scratch.changes());
}

}  // namespace
}  // namespace homeport::dns
