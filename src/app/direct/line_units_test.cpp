#include "app/direct/line_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::app {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

Opening opening(const std::string& service, std::uint16_t external, std::uint16_t internal) {
    return {
        .service = service, .external = external, .internal = internal, .host = {}, .fault = {}};
}

TEST(LineUnits, AServiceIsAUnit) {
    const LineUnits found = units_of(
        {opening("ftp", 21, 21), opening("ftp", 42000, 42000), opening("web", 443, 50000)});
    ASSERT_THAT(found.units, SizeIs(2));
    EXPECT_EQ(found.units[0].name, "ftp");
    EXPECT_THAT(found.units[0].ports, SizeIs(2));
    EXPECT_EQ(found.units[1].ports.front().external, 443);
    EXPECT_EQ(found.units[1].ports.front().internal.port, 50000);
    EXPECT_THAT(found.of_service,
                ElementsAre(Pair("ftp", ElementsAre("ftp")), Pair("web", ElementsAre("web"))));
}

TEST(LineUnits, SharedPortsBelongToTheFirst) {
    const LineUnits found = units_of({opening("blog", 443, 50000), opening("files", 443, 50000)});
    ASSERT_THAT(found.units, SizeIs(1));
    EXPECT_EQ(found.units.front().name, "blog");
    EXPECT_THAT(found.of_service.at("files"), ElementsAre("blog"));
    const auto proofs =
        proofs_of({opening("blog", 443, 50000), opening("files", 443, 50000)}, reach::Family::v4);
    EXPECT_THAT(proofs, SizeIs(2)) << "each is proven by itself";
}

TEST(LineUnits, AFaultyServiceIsLeftOutAsAWhole) {
    std::vector<Opening> openings{opening("range", 9000, 50000), opening("range", 9001, 50001),
                                  opening("web", 80, 50002)};
    openings[1].fault = "no right";
    EXPECT_THAT(units_of(openings).units, SizeIs(1));
    EXPECT_FALSE(units_of(openings).of_service.contains("range"));
    EXPECT_THAT(proofs_of(openings, reach::Family::v6), SizeIs(1));
}

TEST(LineUnits, TheControlPortSpeaksForFtp) {
    std::vector<Opening> openings{opening("ftp", 21, 21), opening("ftp", 42000, 42000)};
    openings[0].check = ProbeCheck::ftp;
    const auto proofs = proofs_of(openings, reach::Family::v4);
    ASSERT_THAT(proofs, SizeIs(1));
    EXPECT_EQ(proofs.front().ports.front().check, ProbeCheck::ftp);
    EXPECT_EQ(proofs.front().ports.back().check, ProbeCheck::proof);
}

}  // namespace
}  // namespace homeport::app
