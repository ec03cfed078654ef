#include "dns/transfer/record_stream.hpp"

#include "dns/transfer/limits.hpp"
#include "dns/transfer/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

std::shared_ptr<const Zone> zone_of(std::size_t names) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < names; ++i)
        lines.push_back(a("n" + std::to_string(10000 + i) + ".example."));
    return make_zone("example.", lines);
}

std::uint64_t octets_sent(RecordStream& records) {
    std::uint64_t octets = 0;
    while (const auto run = records.next()) octets += wire_octets(*run);
    return octets;
}

TEST(RecordStreamTest, SizeOfSmallZonesIsExact) {
    const auto zone = sign_zone(zone_of(20));
    WholeZone records(zone);
    const std::uint64_t soa = wire_octets({zone->apex(), zone->soa()});
    EXPECT_EQ(soa, 9 + 10 + zone->soa().records.front().size());
    EXPECT_EQ(wire_octets(*zone) + soa, octets_sent(records));
}

TEST(RecordStreamTest, SizeOfLargeZonesIsGuessed) {
    const auto zone = zone_of(3 * kSampledNames);
    WholeZone records(zone);
    const auto exact = static_cast<double>(octets_sent(records));
    EXPECT_NEAR(static_cast<double>(wire_octets(*zone)), exact, exact / 20);
}

TEST(RecordStreamTest, OneRecordOfALargeSetIsAllThatIsTold) {
    Primary primary(make_zone("example.", {}));
    RdataList many;
    for (unsigned i = 0; i < 1000; ++i) many.add(Build().u32(i).bytes);
    primary.step([&many](ZoneEditor& editor) {
        ASSERT_TRUE(editor.replace(name("x.example."), RrType::a, 60, many));
    });
    many.add(Build().u32(5000).bytes);
    primary.step([&many](ZoneEditor& editor) {
        ASSERT_TRUE(editor.replace(name("x.example."), RrType::a, 60, many));
    });
    ZoneDifference records(*primary.history.steps_from(2));
    std::size_t addresses = 0;
    while (const auto run = records.next())
        if (run->set.type == RrType::a) addresses += run->set.records.count();
    EXPECT_EQ(addresses, 1U);
}

TEST(RecordStreamTest, SoaAloneIsOneRecord) {
    SoaAlone records(zone_of(3));
    EXPECT_EQ(records.next()->set.type, RrType::soa);
    EXPECT_FALSE(records.next());
}

}  // namespace
}  // namespace homeport::dns
