#include "core/probe.hpp"

#include <gtest/gtest.h>

namespace homeport {
namespace {

TEST(Probe, ResultsTravelAsAnswersOfAsks) {
    for (const ProbeResult result :
         {ProbeResult::untested, ProbeResult::arrived, ProbeResult::refused, ProbeResult::nothing,
          ProbeResult::somebody_else}) {
        EXPECT_EQ(probe_result(ask_result(result, "why")), result) << to_text(result);
    }
    EXPECT_EQ(ask_result(ProbeResult::nothing, "no answer from port 21").error().what,
              "no answer from port 21");
}

TEST(Probe, TroubleOnTheWayToTheRelayProvesNothing) {
    for (const Errc code : {Errc::limit, Errc::denied, Errc::timed_out, Errc::unreachable,
                            Errc::closed, Errc::protocol}) {
        EXPECT_EQ(probe_result(fail(code, "x")), ProbeResult::untested);
    }
}

TEST(Probe, OnlyExposuresHaveTheirPort) {
    EXPECT_EQ(only_port(ProbeCheck::ssdp), 1900);
    EXPECT_EQ(only_port(ProbeCheck::port_mapping), 5351);
    for (int i = 0; i <= static_cast<int>(ProbeCheck::ftp); ++i)
        EXPECT_EQ(only_port(static_cast<ProbeCheck>(i)), std::nullopt);
}

}  // namespace
}  // namespace homeport
