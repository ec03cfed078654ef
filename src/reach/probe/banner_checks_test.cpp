#include "reach/probe/banner_checks.hpp"

#include "reach/probe/check_testing.hpp"
#include "reach/probe/limits.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::order;
using testing::outcome_of;
using testing::Talk;
using testing::Then;

const ProbeOrder kHttp = order(ProbeCheck::http);
const ProbeOrder kSmtp = order(ProbeCheck::smtp);
const ProbeOrder kSsh = order(ProbeCheck::ssh);

TEST(OpenCheck, AConnectionIsEnough) {
    const Talk talk(order(ProbeCheck::open));
    EXPECT_EQ(talk.said, "");
    EXPECT_EQ(talk.outcome(), "arrived: ");
}

std::string host_line(std::string_view to, std::string host = "") {
    ProbeOrder asked = order(ProbeCheck::http, to);
    asked.host = std::move(host);
    const std::string said = Talk(asked).take();
    EXPECT_TRUE(said.starts_with("GET / HTTP/1.1\r\nHost: ")) << said;
    EXPECT_TRUE(said.ends_with("\r\nConnection: close\r\n\r\n")) << said;
    return said.substr(22, said.find("\r\n", 22) - 22);
}

TEST(HttpCheck, AsksForTheHost) {
    EXPECT_EQ(host_line("203.0.113.5:80", "www.example.org"), "www.example.org");
    EXPECT_EQ(host_line("203.0.113.5:8080", "www.example.org"), "www.example.org:8080");
    EXPECT_EQ(host_line("203.0.113.5:80"), "203.0.113.5");
    EXPECT_EQ(host_line("203.0.113.5:8080"), "203.0.113.5:8080");
    EXPECT_EQ(host_line("[2001:db8::5]:80"), "[2001:db8::5]");
}

TEST(HttpCheck, AnyStatusArrives) {
    EXPECT_EQ(outcome_of(kHttp, "HTTP/1.1 200 OK\r\n"), "arrived: HTTP/1.1 200 OK");
    EXPECT_EQ(outcome_of(kHttp, "HTTP/1.0 503 Oh\n"), "arrived: HTTP/1.0 503 Oh");
    EXPECT_EQ(outcome_of(kHttp, "HTTP/1.1 404", Then::end), "arrived: HTTP/1.1 404");
    EXPECT_EQ(outcome_of(kHttp, "HTTP/1.1 404", Then::silence), "arrived: HTTP/1.1 404");
}

TEST(HttpCheck, WhatIsNoHttp) {
    for (const std::string_view line : {"HTTP/2 200", "HTTP/1.1 20", "HTTP/1.1 2x0", "HTTP/1.a 200",
                                        "http/1.1 200", "220 mail", "HTTP/1.1  20"}) {
        EXPECT_EQ(outcome_of(kHttp, std::string(line) + "\r\n"),
                  "somebody else: answers, but not with HTTP: " + std::string(line));
    }
    EXPECT_EQ(outcome_of(kHttp, "\x15\x03", Then::end),
              "somebody else: answers, but not with HTTP: ??");
}

TEST(LineChecks, WhoSaysNothing) {
    for (const ProbeOrder& asked : {kHttp, kSmtp, kSsh}) {
        EXPECT_EQ(outcome_of(asked, "", Then::silence), "nothing: connected, but no answer");
        EXPECT_EQ(outcome_of(asked, "", Then::end), "somebody else: closed without an answer");
        EXPECT_EQ(outcome_of(asked, "", Then::cut),
                  "somebody else: the connection was cut before an answer");
    }
}

TEST(LineChecks, ALineWithoutEndIsCut) {
    Talk talk(kHttp);
    talk.hear("HTTP/1.1 200 " + std::string(2 * kMaxProbeLineBytes, 'x'), 100);
    EXPECT_TRUE(talk.outcome().starts_with("arrived: HTTP/1.1 200 xxx")) << talk.outcome();
    Talk other(kSsh);
    other.hear(std::string(2 * kMaxProbeLineBytes, 'x'), 100);
    EXPECT_TRUE(other.outcome().starts_with("somebody else: answers, but not with SSH: xxx"));
}

TEST(SmtpCheck, AGreetingArrivesAndIsAnsweredByQuit) {
    for (const std::string_view line : {"220 mx ESMTP", "220-mx wait", "220"})
        EXPECT_EQ(outcome_of(kSmtp, std::string(line) + "\r\n"), "arrived: " + std::string(line));
    Talk talk(kSmtp);
    EXPECT_EQ(talk.take(), "");
    talk.hear("220 mx ESMTP\r\n");
    EXPECT_EQ(talk.take(), "QUIT\r\n");
}

TEST(SmtpCheck, OtherGreetingsDoNot) {
    EXPECT_EQ(outcome_of(kSmtp, "554 no service here\r\n"),
              "somebody else: answers, but not with a greeting of SMTP: 554 no service here");
    EXPECT_EQ(outcome_of(kSmtp, "2200 x\r\n"),
              "somebody else: answers, but not with a greeting of SMTP: 2200 x");
}

TEST(SshCheck, LinesMayComeBefore) {
    EXPECT_EQ(outcome_of(kSsh, "SSH-2.0-OpenSSH_9.2\r\n"), "arrived: SSH-2.0-OpenSSH_9.2");
    EXPECT_EQ(outcome_of(kSsh, "hello\r\n\r\nSSH-2.0-x\n"), "arrived: SSH-2.0-x");
    EXPECT_EQ(outcome_of(kSsh, "HTTP/1.1 400 Bad\r\n\r\n", Then::end),
              "somebody else: answers, but not with SSH: HTTP/1.1 400 Bad");
    EXPECT_EQ(outcome_of(kSsh, "hello\r\n", Then::silence),
              "somebody else: answers, but not with SSH: hello");
}

}  // namespace
}  // namespace homeport::reach
