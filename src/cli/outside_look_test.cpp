#include "cli/outside_look.hpp"

#include "cli/limits.hpp"
#include "net/linux/entropy.hpp"
#include "net/linux/linux_test_peers.hpp"

#include <gmock/gmock.h>
#include <algorithm>
#include <deque>

namespace homeport::cli {
namespace {

using reach::ProbeRole;
using reach::UnitReport;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

struct OutsideLookTest : net::LinuxTest {
    struct Asked {
        tunnel::ProbeQuestion question;
        IpAddress source;
        OutsideLook::Done done;
    };

    OutsideLook::Ask asking() {
        return [this](const tunnel::ProbeQuestion& question, const IpAddress& source,
                      OutsideLook::Done done) -> Result<std::unique_ptr<net::Handle>> {
            if (!refusal.empty()) return fail(Errc::denied, refusal);
            asked.push_back({question, source, std::move(done)});
            ++asks;
            return std::make_unique<net::Handle>();
        };
    }
    OutsideLook make(bool map = true) {
        return {{loop, network, entropy}, {map, taken, asking()}, [this] { ++changes; }};
    }
    static reach::Neighbourhood home(bool with_v6 = false) {
        reach::Neighbourhood place;
        place.v4 = reach::Neighbourhood::Side{net::loopback().address, 8, {}};
        if (with_v6) place.v6 = reach::Neighbourhood::Side{*IpAddress::parse("::1"), 64, {}};
        return place;
    }
    /// As if the router had answered for these units, or for all.
    static reach::ReachView answered(const OutsideLook& look, UnitReport::Phase phase) {
        reach::ReachView view;
        for (const reach::PortUnit& unit : look.units()) {
            UnitReport report;
            report.name = unit.name;
            report.phase = phase;
            view.units_v4.push_back(report);
            view.units_v6.push_back(report);
        }
        return view;
    }
    /// Answers the oldest ask.
    tunnel::ProbeQuestion answer(const Result<>& result) {
        Asked next = std::move(asked.front());
        asked.pop_front();
        next.done(result);
        return next.question;
    }
    void answer_all(const Result<>& result) {
        while (!asked.empty()) answer(result);
    }

    OutsideLook with_audit() {
        OutsideLook::Options options;
        options.map = false;
        options.taken = taken;
        options.ask = asking();
        options.audit = true;
        return {{loop, network, entropy}, options, [this] { ++changes; }};
    }
    static std::vector<ProbeResult> results(const OutsideLook& look) {
        std::vector<ProbeResult> found;
        for (const reach::AuditDial& dial : look.audit()) found.push_back(dial.result);
        return found;
    }

    net::KernelEntropy entropy;
    std::deque<Asked> asked;
    std::string refusal;
    std::vector<std::uint16_t> taken;
    int asks = 0;
    int changes = 0;
};

TEST_F(OutsideLookTest, BehindARouterThatOpensPorts) {
    OutsideLook look = make();
    look.plan(home(), {});
    std::vector<std::uint16_t> externals;
    for (const reach::PortUnit& unit : look.units()) externals.push_back(unit.ports.at(0).external);
    ASSERT_THAT(externals, SizeIs(7));
    EXPECT_EQ(externals[0], look.units()[0].ports[0].internal.port);
    EXPECT_THAT(std::vector(externals.begin() + 3, externals.end()), ElementsAre(25, 80, 443, 587));

    look.look({}, false);
    ASSERT_THAT(asked, SizeIs(1)) << "what nobody has mapped needs no router";
    const tunnel::ProbeQuestion unmapped = answer(ask_result(ProbeResult::nothing, "silence"));
    EXPECT_THAT(externals, ::testing::Not(::testing::Contains(unmapped.port)));
    EXPECT_FALSE(look.over());

    look.look(answered(look, UnitReport::Phase::mapped), false);
    answer_all({});
    EXPECT_TRUE(look.over());
    EXPECT_GT(changes, 0);
    EXPECT_THAT(look.probes(), SizeIs(8));
    std::vector<ProbeRole> roles;
    for (const reach::ProbeFact& fact : look.facts()) {
        roles.push_back(fact.role);
        EXPECT_EQ(fact.result == ProbeResult::arrived, fact.role != ProbeRole::unmapped);
    }
    EXPECT_THAT(roles,
                UnorderedElementsAre(ProbeRole::wished, ProbeRole::second, ProbeRole::unmapped,
                                     ProbeRole::well_known, ProbeRole::well_known,
                                     ProbeRole::well_known, ProbeRole::well_known))
        << "UDP is in the report only";
    EXPECT_EQ(look.trouble(), "");
}

TEST_F(OutsideLookTest, ThereIsSomebodyBehindEachPort) {
    OutsideLook look = make();
    look.plan(home(), {});
    for (const reach::PortUnit& unit : look.units()) {
        if (unit.ports[0].transport == reach::Transport::udp) continue;
        dial(net::loopback(unit.ports[0].internal.port));
        EXPECT_TRUE(dialled != nullptr) << unit.name;
    }
}

TEST_F(OutsideLookTest, PortsInUseAreLeftAlone) {
    const auto server = network.listen(net::loopback(587), {}, [](auto) {});
    taken = {443, 25};
    OutsideLook look = make();
    look.plan(home(), {});
    std::vector<std::uint16_t> externals;
    for (const reach::PortUnit& unit : look.units())
        if (unit.ports[0].external < 1024) externals.push_back(unit.ports[0].external);
    EXPECT_THAT(externals, ::testing::Not(::testing::Contains(443)));
    EXPECT_THAT(externals, ::testing::Not(::testing::Contains(25)));
    EXPECT_THAT(externals, ::testing::Contains(80));
    if (server) {
        EXPECT_THAT(externals, ::testing::Not(::testing::Contains(587)));
    }
}

TEST_F(OutsideLookTest, WhatTheRouterDoesNotOpenIsLeftOut) {
    OutsideLook look = make();
    look.plan(home(), {});
    look.look(answered(look, UnitReport::Phase::failed), false);
    answer_all(ask_result(ProbeResult::nothing, {}));
    EXPECT_TRUE(look.over());
    ASSERT_THAT(look.facts(), SizeIs(1));
    EXPECT_EQ(look.facts()[0].role, ProbeRole::unmapped);
    EXPECT_EQ(asks, 1);
}

TEST_F(OutsideLookTest, ARouterThatNeverAnswersIsNotWaitedFor) {
    OutsideLook look = make();
    look.plan(home(), {});
    look.look(answered(look, UnitReport::Phase::waiting), false);
    answer_all({});
    EXPECT_FALSE(look.over());
    look.look(answered(look, UnitReport::Phase::waiting), true);
    EXPECT_TRUE(look.over());
}

TEST_F(OutsideLookTest, WithoutPermissionToMap) {
    OutsideLook look = make(false);
    look.plan(home(true), {});
    EXPECT_THAT(look.units(), IsEmpty());
    look.look({}, true);
    answer_all({});
    ASSERT_THAT(look.facts(), SizeIs(1));
    EXPECT_EQ(look.facts()[0].role, ProbeRole::unmapped);
}

TEST_F(OutsideLookTest, APublicAddressOfThisMachineIsDialledStraight) {
    OutsideLook look = make();
    look.plan(home(), reach::PublicSpace({*Cidr::parse("127.0.0.0/8")}));
    EXPECT_THAT(look.units(), IsEmpty());
    look.look({}, false);
    answer_all({});
    EXPECT_TRUE(look.over());
    ASSERT_THAT(look.facts(), SizeIs(1));
    EXPECT_EQ(look.facts()[0].role, ProbeRole::wished);
}

TEST_F(OutsideLookTest, Ipv6IsDialledWithOrWithoutAPinhole) {
    if (!network.listen(Endpoint{*IpAddress::parse("::1"), 0}, {}, [](auto) {})) GTEST_SKIP();
    OutsideLook look = make();
    look.plan(home(true), {});
    look.look(answered(look, UnitReport::Phase::failed), false);
    const auto of_v6 =
        std::ranges::find_if(asked, [](const Asked& one) { return !one.source.is_v4(); });
    ASSERT_NE(of_v6, asked.end());
    EXPECT_EQ(of_v6->question.port, look.units()[0].ports[0].external);
    // Its relay has no IPv6: no trouble while IPv4 works.
    of_v6->done(fail(Errc::unreachable, "no address of this family"));
    asked.erase(of_v6);
    answer_all({});
    EXPECT_TRUE(look.over());
    EXPECT_EQ(look.trouble(), "");
    EXPECT_THAT(look.probes(), SizeIs(1));
}

TEST_F(OutsideLookTest, AnOpenPortThatMetNobodyIsDialledOnceMore) {
    OutsideLook look = make();
    look.plan(home(), reach::PublicSpace({*Cidr::parse("127.0.0.0/8")}));
    look.look({}, false);
    answer(ask_result(ProbeResult::nothing, {}));
    EXPECT_FALSE(look.over());
    EXPECT_THAT(asked, IsEmpty());
    ASSERT_TRUE(turn_until([&] { return !asked.empty(); }, 2 * kOutsideAgain));
    answer(ask_result(ProbeResult::refused, "a reset"));
    EXPECT_TRUE(look.over()) << "believed now";
    EXPECT_EQ(look.probes()[0].fact.result, ProbeResult::refused);
    EXPECT_EQ(look.probes()[0].detail, "a reset");
}

TEST_F(OutsideLookTest, SoManyAtOnceAndNoMore) {
    OutsideLook look = make();
    look.plan(home(), {});
    look.look(answered(look, UnitReport::Phase::mapped), false);
    EXPECT_THAT(asked, SizeIs(kMaxOutsideAsks));
    answer({});
    EXPECT_THAT(asked, SizeIs(kMaxOutsideAsks));
}

TEST_F(OutsideLookTest, ARelayThatCannotBeReachedIsNotAskedOn) {
    OutsideLook look = make();
    look.plan(home(), {});
    look.look(answered(look, UnitReport::Phase::mapped), false);
    answer_all(fail(Errc::timed_out, "no answer within 15 s"));
    EXPECT_TRUE(look.over());
    EXPECT_EQ(asks, static_cast<int>(kMaxOutsideAsks));
    EXPECT_EQ(look.trouble(), "no answer within 15 s");
    EXPECT_THAT(look.probes(), IsEmpty());
}

TEST_F(OutsideLookTest, AKeyThatCannotBeRead) {
    refusal = "the key is unsafe";
    OutsideLook look = make();
    look.plan(home(), {});
    look.look(answered(look, UnitReport::Phase::mapped), false);
    EXPECT_TRUE(look.over());
    EXPECT_EQ(look.trouble(), "the key is unsafe");
}

TEST_F(OutsideLookTest, ARelayWithoutTimeIsAskedAgain) {
    OutsideLook look = make(false);
    look.plan(home(), {});
    look.look({}, true);
    answer(fail(Errc::limit, "too many"));
    EXPECT_FALSE(look.over());
    ASSERT_TRUE(turn_until([&] { return !asked.empty(); }, 2 * kOutsideAgain));
    answer(ask_result(ProbeResult::arrived, {}));
    EXPECT_TRUE(look.over());
    EXPECT_EQ(look.facts()[0].result, ProbeResult::arrived);
    EXPECT_EQ(look.trouble(), "");
}

TEST_F(OutsideLookTest, TheAuditComesAfterTheVerdict) {
    OutsideLook look = with_audit();
    look.plan(home(), {});
    look.look({}, true);
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ(answer(ask_result(ProbeResult::nothing, {})).check, ProbeCheck::proof);
    EXPECT_THAT(asked, SizeIs(kMaxOutsideAsks));
    EXPECT_FALSE(look.over());
    std::vector<std::uint16_t> ports;
    while (!asked.empty()) {
        const tunnel::ProbeQuestion question = answer(ask_result(ProbeResult::refused, {}));
        ports.push_back(question.port);
        EXPECT_EQ(question.udp, question.check != ProbeCheck::open);
        EXPECT_EQ(question.port == 1900, question.check == ProbeCheck::ssdp);
        EXPECT_EQ(question.port == 5351, question.check == ProbeCheck::port_mapping);
    }
    EXPECT_THAT(ports, ElementsAre(23, 2869, 5000, 7547, 8080, 49152, 1900, 5351));
    EXPECT_TRUE(look.over());
    EXPECT_THAT(results(look), ::testing::Each(ProbeResult::refused));
    EXPECT_THAT(look.probes(), SizeIs(1)) << "verdicts are not made of it";
    EXPECT_THAT(look.facts(), SizeIs(1));
}

TEST_F(OutsideLookTest, AnOlderRelayKnowsOnlySomeOfTheAudit) {
    OutsideLook look = with_audit();
    look.plan(home(), {});
    look.look({}, true);
    answer(ask_result(ProbeResult::nothing, {}));
    while (!asked.empty()) {
        const bool old = asked.front().question.check == ProbeCheck::open;
        answer(old ? ask_result(ProbeResult::arrived, {}) : fail(Errc::protocol, "bad frame"));
    }
    EXPECT_TRUE(look.over());
    EXPECT_EQ(look.trouble(), "");
    EXPECT_EQ(results(look).front(), ProbeResult::arrived);
    EXPECT_EQ(results(look).back(), ProbeResult::untested);
}

TEST_F(OutsideLookTest, WithoutARelayTheAuditKnowsNothing) {
    refusal = "the key is unsafe";
    OutsideLook look = with_audit();
    look.plan(home(), {});
    look.look({}, true);
    EXPECT_TRUE(look.over());
    EXPECT_THAT(results(look), ::testing::Each(ProbeResult::untested));
    EXPECT_THAT(results(look), SizeIs(reach::kAuditDials.size()));
}

TEST_F(OutsideLookTest, APortOfTheAgentIsNoFinding) {
    taken = {8080};
    OutsideLook look = with_audit();
    look.plan(home(), {});
    EXPECT_THAT(results(look), SizeIs(reach::kAuditDials.size() - 1));
}

TEST_F(OutsideLookTest, WithoutARelayOnePortIsMapped) {
    OutsideLook look({loop, network, entropy}, {}, [] {});
    look.plan(home(), {});
    EXPECT_THAT(look.units(), SizeIs(1));
    look.look(answered(look, UnitReport::Phase::mapped), false);
    EXPECT_TRUE(look.over());
    EXPECT_THAT(look.probes(), IsEmpty());
}

}  // namespace
}  // namespace homeport::cli
