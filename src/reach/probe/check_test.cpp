#include "reach/probe/check.hpp"

#include "reach/probe/check_testing.hpp"
#include "reach/probe/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::order;
using ::testing::SizeIs;
using testing::Talk;

constexpr ProbeCheck kAll[] = {ProbeCheck::proof, ProbeCheck::open, ProbeCheck::http,
                               ProbeCheck::tls,   ProbeCheck::smtp, ProbeCheck::ssh,
                               ProbeCheck::ftp};

bool refused(const ProbeOrder& order) {
    return !make_check(order, testing::seed());
}

// The agent's texts stand in lines of protocols; they cannot end them.
TEST(Check, HostsAndLoginsCannotForgeLines) {
    for (const std::string_view bad : {"a\r\nX: y", "a b", "*.example.org", "a/b", "m\xc3\xbc"}) {
        ProbeOrder wrong = order(ProbeCheck::http);
        wrong.host = bad;
        EXPECT_TRUE(refused(wrong)) << bad;
    }
    for (const std::string_view bad : {"a:b\r\nDELE x", "a:b\n", "a\x7f:b"}) {
        ProbeOrder wrong = order(ProbeCheck::ftp);
        wrong.login = bad;
        EXPECT_TRUE(refused(wrong)) << bad;
    }
    ProbeOrder nul = order(ProbeCheck::ftp);
    nul.login = std::string("a\0:b", 4);
    EXPECT_TRUE(refused(nul));
    ProbeOrder right = order(ProbeCheck::ftp);
    right.login = "m\xc3\xbcller:a b:c";
    EXPECT_FALSE(refused(right));
}

TEST(Check, WhatIsUdpOnlyIsRefused) {
    EXPECT_TRUE(refused(order(ProbeCheck::ssdp)));
    EXPECT_TRUE(refused(order(ProbeCheck::port_mapping)));
}

TEST(Check, LongTextsAreNotTried) {
    ProbeOrder one = order(ProbeCheck::tls);
    one.host = std::string(kMaxProbeHostBytes, 'a');
    EXPECT_FALSE(refused(one));
    one.host += 'a';
    EXPECT_TRUE(refused(one));
    one = order(ProbeCheck::ftp);
    one.login = std::string(kMaxProbeLoginBytes + 1, 'a');
    EXPECT_TRUE(refused(one));
}

TEST(Check, WhatIsShownIsShortAndPrintable) {
    EXPECT_EQ(for_people("220 ready"), "220 ready");
    EXPECT_EQ(for_people("a\x1b[31m\r\n\xff"), "a?[31m???");
    EXPECT_THAT(for_people(std::string(5000, 'x')), SizeIs(kMaxProbeDetailBytes));
}

// Whatever comes, however long: a check ends or waits, and what it tells is fit to be shown.
TEST(Check, NoiseUpsetsNobody) {
    std::string noise;
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < kMaxProbeBytes; ++i) {
        state = state * 1'664'525 + 1'013'904'223;
        noise += static_cast<char>(state >> 24);
    }
    for (const ProbeCheck check : kAll) {
        for (const std::string& text :
             {noise, std::string(kMaxProbeBytes, 'A'), std::string(kMaxProbeBytes, '\n'),
              std::string(kMaxProbeBytes, '\0')}) {
            Talk talk(order(check));
            talk.hear(text, 4096);
            talk.check->on_too_much();
            ASSERT_TRUE(talk.check->outcome());
            const auto& [result, detail] = *talk.check->outcome();
            EXPECT_EQ(result, check == ProbeCheck::open ? ProbeResult::arrived
                                                        : ProbeResult::somebody_else);
            EXPECT_EQ(for_people(detail), detail);
            EXPECT_LE(detail.size(), kMaxProbeDetailBytes);
        }
    }
}

TEST(Check, TheFirstOutcomeStands) {
    for (const ProbeCheck check : kAll) {
        Talk talk(order(check));
        talk.check->on_end(false);
        const std::string first = talk.outcome();
        EXPECT_NE(first, "");
        talk.check->on_silence();
        talk.check->on_end(true);
        talk.hear("HTTP/1.1 200 OK\r\n220 x\r\nSSH-2.0-x\r\n");
        EXPECT_EQ(talk.outcome(), first);
    }
}

}  // namespace
}  // namespace homeport::reach
