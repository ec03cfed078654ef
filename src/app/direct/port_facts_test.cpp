#include "app/direct/port_facts.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace homeport::app {
namespace {

using reach::Family;
using UnitPhase = reach::UnitReport::Phase;

constexpr TimePoint kNow{1h};

struct PortFactsTest : testing::Test {
    PortFactsTest() {
        openings.push_back(
            {.service = "web", .external = 443, .internal = 50000, .host = {}, .fault = {}});
        units = units_of(openings);
        reach::UnitReport report;
        report.name = "web";
        reports.push_back(report);
    }
    PortFacts first(std::optional<PortState> by_itself = {}) const {
        return port_facts({.family = Family::v4,
                           .openings = openings,
                           .units = units,
                           .reports = reports,
                           .proofs = proofs,
                           .by_itself = by_itself,
                           .now = kNow})
            .front();
    }

    std::vector<Opening> openings;
    LineUnits units;
    std::vector<reach::UnitReport> reports;
    std::vector<reach::ProofState> proofs;
};

TEST_F(PortFactsTest, TheRoutersWord) {
    EXPECT_EQ(first().state, PortState::waiting);
    reports.front().phase = UnitPhase::mapped;
    reports.front().protocol = reach::MapProtocol::nat_pmp;
    reports.front().external = *IpAddress::parse("203.0.113.5");
    EXPECT_EQ(first().state, PortState::mapped);
    EXPECT_EQ(first().by, to_text(reach::MapProtocol::nat_pmp));
    EXPECT_EQ(first().address, "203.0.113.5");
}

TEST_F(PortFactsTest, WhyNotAndWhenAgain) {
    reports.front().phase = UnitPhase::failed;
    reports.front().retry_at = kNow + 12s;
    reports.front().attempts.push_back({.protocol = reach::MapProtocol::upnp,
                                        .fault = reach::MapFault::conflict,
                                        .detail = "TCP 443: 718 ConflictInMappingEntry"});
    const PortFacts facts = first();
    EXPECT_EQ(facts.state, PortState::failed);
    EXPECT_EQ(facts.retry, Duration{12s});
    EXPECT_NE(facts.fault.find("718 ConflictInMappingEntry"), std::string::npos) << facts.fault;
    EXPECT_TRUE(facts.by.empty());
}

TEST_F(PortFactsTest, TheProof) {
    proofs.push_back({.service = "web",
                      .family = Family::v6,
                      .port = {.external = 443, .host = {}},
                      .last = ProbeResult::nothing,
                      .detail = {},
                      .arrived_at = {}});
    EXPECT_EQ(first().proof, ProbeResult::untested) << "that is the other Internet's";
    proofs.front().family = Family::v4;
    proofs.front().last = ProbeResult::arrived;
    proofs.front().arrived_at = kNow - 7s;
    EXPECT_EQ(first().proof, ProbeResult::arrived);
    EXPECT_EQ(first().proven, Duration{7s});
}

TEST_F(PortFactsTest, WithoutARouter) {
    EXPECT_EQ(first(PortState::not_needed).state, PortState::not_needed);
    openings.front().fault = "no right to open port 443";
    EXPECT_EQ(first(PortState::off).state, PortState::failed);
    EXPECT_EQ(first().fault, "no right to open port 443");
}

TEST_F(PortFactsTest, AsJson) {
    LineFacts facts;
    facts.active = true;
    facts.addresses[0].address = *IpAddress::parse("203.0.113.5");
    facts.addresses[1].reason = "nobody has said anything";
    facts.habit[0] = "every day at about 04:10 (UTC)";
    facts.ports.push_back(first());
    const auto object = nlohmann::json::parse(line_json(facts));
    EXPECT_EQ(object["address"]["ipv4"]["address"], "203.0.113.5");
    EXPECT_EQ(object["address"]["ipv4"]["changes"], "every day at about 04:10 (UTC)");
    EXPECT_TRUE(object["address"]["ipv6"]["address"].is_null());
    EXPECT_EQ(object["ports"][0]["external"], 443);
    EXPECT_EQ(object["ports"][0]["state"], "waiting");
    EXPECT_TRUE(object["ports"][0]["proven_s"].is_null());
}

}  // namespace
}  // namespace homeport::app
