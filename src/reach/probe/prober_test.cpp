#include "reach/probe/prober.hpp"

#include "net/linux/entropy.hpp"
#include "net/linux/linux_test_peers.hpp"
#include "reach/probe/limits.hpp"
#include "reach/wire/knock.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <optional>

namespace homeport::reach {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A prober, and peers on this host that a test lets answer.
struct ProberTest : net::LinuxTest {
    ProberTest() { token.fill(std::byte{42}); }

    ProbeOrder order(const Endpoint& to, ProbeCheck check = ProbeCheck::proof) {
        ProbeOrder made;
        made.to = to;
        made.check = check;
        made.token = token;
        return made;
    }
    void probe(ProbeOrder order) {
        prober->probe(std::move(order), [this](ProbeOutcome done) {
            ended = std::move(done);
            ++told;
        });
    }
    net::Talker& visitor(std::size_t index = 0) {
        EXPECT_TRUE(turn_until([&] { return accepted.size() > index; }));
        return *accepted.at(index);
    }
    /// Until the visitor has said `text`.
    net::Talker& said(std::string_view text, std::size_t index = 0) {
        net::Talker& one = visitor(index);
        EXPECT_TRUE(turn_until([&] { return one.text.contains(text); })) << one.text;
        return one;
    }
    ProbeOutcome result(Duration limit = kProbeOrderTime + 2s) {
        const int before = told;
        EXPECT_TRUE(turn_until([&] { return ended.has_value(); }, limit));
        EXPECT_LE(told - before, 1);
        return std::exchange(ended, std::nullopt).value_or(ProbeOutcome{});
    }
    std::string proof(std::string_view knock, bool udp, std::uint16_t port) {
        return proof_text(token, as_bytes(knock), udp, port);
    }

    net::KernelEntropy entropy;
    NullLog log;
    ProbeToken token{};
    std::unique_ptr<net::Listener> home = listen(net::loopback());
    std::unique_ptr<Prober> prober =
        std::make_unique<Prober>(Prober::World{loop, network, entropy, log});
    std::optional<ProbeOutcome> ended;
    int told = 0;
};

TEST_F(ProberTest, TheProofArrives) {
    probe(order(home->local()));
    EXPECT_EQ(prober->running(), 1u);
    net::Talker& knocker = said("\r\n");
    EXPECT_EQ(match_knock(as_bytes(knocker.text)), KnockMatch::yes);
    knocker.send(proof(knocker.text, false, home->local().port));
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, ""}));
    EXPECT_EQ(prober->running(), 0u);
    // It closes as a visitor does, so the other end is not left hanging.
    EXPECT_TRUE(turn_until([&] { return knocker.ended.has_value(); }));
    EXPECT_EQ(knocker.ended, net::IoResult::Status::eof);
}

TEST_F(ProberTest, EachKnockHasItsOwnNonce) {
    probe(order(home->local()));
    probe(order(home->local()));
    said("\r\n", 0);
    said("\r\n", 1);
    EXPECT_NE(accepted[0]->text, accepted[1]->text);
    // The proof of another knock proves nothing.
    accepted[0]->send(proof(accepted[1]->text, false, home->local().port));
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
}

TEST_F(ProberTest, AnEchoIsSomebodyElse) {
    probe(order(home->local()));
    net::Talker& echo = said("\r\n");
    echo.send(echo.text);
    const ProbeOutcome outcome = result();
    EXPECT_EQ(outcome.result, ProbeResult::somebody_else);
    EXPECT_THAT(outcome.detail, HasSubstr("homeport-knock/1"));
}

TEST_F(ProberTest, ASilentServerIsSomebodyElseInTime) {
    const TimePoint begun = loop.now();
    probe(order(home->local()));
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
    EXPECT_GE(loop.now() - begun, kProbeOrderTime);
    EXPECT_LT(loop.now() - begun, kProbeOrderTime + 1s);
}

TEST_F(ProberTest, WhoClosesOrCutsIsSomebodyElse) {
    probe(order(home->local()));
    said("\r\n").stream->shutdown_write();
    EXPECT_EQ(result().detail, "closed without an answer");
    probe(order(home->local()));
    said("\r\n", 1).stream->reset();
    EXPECT_EQ(result().detail, "the connection was cut before an answer");
}

TEST_F(ProberTest, AClosedPortRefuses) {
    const Endpoint gone = home->local();
    home.reset();
    probe(order(gone));
    EXPECT_FALSE(ended.has_value());
    EXPECT_EQ(result().result, ProbeResult::refused);
    for (const ProbeCheck check : {ProbeCheck::open, ProbeCheck::ftp}) {
        probe(order(gone, check));
        EXPECT_EQ(result().result, ProbeResult::refused);
    }
}

TEST_F(ProberTest, OpenNeedsOnlyTheConnection) {
    probe(order(home->local(), ProbeCheck::open));
    EXPECT_EQ(result().result, ProbeResult::arrived);
    EXPECT_TRUE(turn_until([&] { return visitor().ended.has_value(); }));
    EXPECT_EQ(visitor().text, "");
}

TEST_F(ProberTest, HttpIsAskedForTheHost) {
    ProbeOrder asked = order(home->local(), ProbeCheck::http);
    asked.host = "www.example.org";
    probe(asked);
    net::Talker& server = said("\r\n\r\n");
    EXPECT_THAT(server.text, HasSubstr("Host: www.example.org:"));
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, "HTTP/1.1 200 OK"}));
}

TEST_F(ProberTest, SmtpIsLeftWithQuit) {
    probe(order(home->local(), ProbeCheck::smtp));
    visitor().send("220 mx ESMTP\r\n");
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, "220 mx ESMTP"}));
    said("QUIT\r\n");
}

TEST_F(ProberTest, AFloodIsCutOff) {
    probe(order(home->local(), ProbeCheck::ssh));
    visitor().send(std::string(3 * kMaxProbeBytes, '\n'));
    EXPECT_EQ(result(2s).result, ProbeResult::somebody_else);
}

TEST_F(ProberTest, WhatMakesNoSenseIsNotTried) {
    ProbeOrder asked = order(home->local(), ProbeCheck::http);
    asked.host = "a\r\nb";
    probe(asked);
    EXPECT_FALSE(ended.has_value());
    EXPECT_EQ(result().result, ProbeResult::untested);
    asked = order(home->local(), ProbeCheck::http);
    asked.udp = true;
    probe(asked);
    EXPECT_EQ(result().result, ProbeResult::untested);
    probe(order(net::loopback(0)));
    EXPECT_EQ(result().result, ProbeResult::untested);
    turn_until([] { return false; }, 50ms);
    EXPECT_TRUE(accepted.empty());
}

TEST_F(ProberTest, AtMostSoMany) {
    for (std::size_t i = 0; i < kMaxProbes; ++i) probe(order(home->local()));
    EXPECT_EQ(prober->running(), kMaxProbes);
    probe(order(home->local()));
    EXPECT_EQ(prober->running(), kMaxProbes);
    EXPECT_EQ(result().result, ProbeResult::untested);
    EXPECT_EQ(told, 1);
    said("\r\n", 0).stream->shutdown_write();
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
    EXPECT_EQ(prober->running(), kMaxProbes - 1);
}

TEST_F(ProberTest, DestroyingItEndsAll) {
    probe(order(home->local()));
    net::Talker& knocker = said("\r\n");
    prober.reset();
    EXPECT_TRUE(turn_until([&] { return knocker.ended.has_value(); }));
    EXPECT_EQ(told, 0);
}

TEST_F(ProberTest, WhoIsToldMayAskAgain) {
    int rounds = 0;
    std::function<void(ProbeOutcome)> again = [&](ProbeOutcome) {
        if (++rounds < 3) prober->probe(order(home->local(), ProbeCheck::open), again);
    };
    again({});
    EXPECT_TRUE(turn_until([&] { return rounds == 3; }));
}

/// The same over UDP, at a port of this host.
struct UdpProberTest : ProberTest {
    using Answer = std::function<std::string(std::string_view knock)>;

    void open(const Answer& answer, const Endpoint& at = net::loopback()) {
        auto made = network.open_datagrams(at, [=, this](const Endpoint& from, Bytes datagram) {
            heard.emplace_back(as_text(datagram));
            const std::string text = answer(heard.back());
            if (!text.empty()) (void)port->send(from, as_bytes(text));
        });
        ASSERT_TRUE(made.has_value()) << made.error().what;
        port = std::move(*made);
    }
    void probe_udp(const Endpoint& to, ProbeCheck check = ProbeCheck::proof) {
        ProbeOrder asked = order(to, check);
        asked.udp = true;
        probe(asked);
    }

    std::unique_ptr<net::DatagramPort> port;
    std::vector<std::string> heard;
};

TEST_F(UdpProberTest, TheProofArrives) {
    open([this](std::string_view knock) { return proof(knock, true, port->local().port); });
    probe_udp(port->local());
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, ""}));
    EXPECT_EQ(heard.size(), 1u);
    EXPECT_EQ(match_knock(as_bytes(heard[0])), KnockMatch::yes);
}

TEST_F(UdpProberTest, OverIpv6Too) {
    open([this](std::string_view knock) { return proof(knock, true, port->local().port); },
         {*IpAddress::parse("::1"), 0});
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::arrived);
}

TEST_F(UdpProberTest, ALostKnockIsRepeated) {
    open([this](std::string_view knock) {
        return heard.size() < kUdpKnocks ? "" : proof(knock, true, port->local().port);
    });
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::arrived);
    EXPECT_EQ(heard.size(), kUdpKnocks);
    EXPECT_EQ(heard.front(), heard.back());
}

TEST_F(UdpProberTest, AnEchoIsSomebodyElseAndSilenceNothing) {
    open([](std::string_view knock) { return std::string(knock); });
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
    open([](std::string_view) { return ""; });
    heard.clear();
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::nothing);
    EXPECT_EQ(heard.size(), kUdpKnocks);
}

TEST_F(UdpProberTest, TheProofOfTcpIsNone) {
    open([this](std::string_view knock) { return proof(knock, false, port->local().port); });
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
}

// A proof from another port of the same host: not the one that was dialled.
TEST_F(UdpProberTest, OnlyFromThePortThatWasDialled) {
    std::unique_ptr<net::DatagramPort> other =
        std::move(*network.open_datagrams(net::loopback(), [](const Endpoint&, Bytes) {}));
    auto made = network.open_datagrams(net::loopback(), [&](const Endpoint& from, Bytes knock) {
        const std::string text = proof(as_text(knock), true, port->local().port);
        (void)other->send(from, as_bytes(text));
    });
    port = std::move(*made);
    probe_udp(port->local());
    EXPECT_EQ(result().result, ProbeResult::nothing);
}

TEST_F(UdpProberTest, AClosedPortRefuses) {
    open([](std::string_view) { return ""; });
    const Endpoint gone = port->local();
    port.reset();
    probe_udp(gone);
    EXPECT_EQ(result().result, ProbeResult::refused);
}

const std::string kDevice =
    "HTTP/1.1 200 OK\r\nST: ssdp:all\r\nUSN: uuid:1::ssdp:all\r\n"
    "LOCATION: http://192.168.1.1:5000/d.xml\r\n\r\n";

TEST_F(UdpProberTest, AnOpenSearchIsMeasured) {
    // Several answers to one question; one of them from another port, as some routers do it.
    std::unique_ptr<net::DatagramPort> other =
        std::move(*network.open_datagrams(net::loopback(), [](const Endpoint&, Bytes) {}));
    auto made = network.open_datagrams(net::loopback(), [&](const Endpoint& from, Bytes question) {
        heard.emplace_back(as_text(question));
        (void)other->send(from, as_bytes(kDevice));
        for (int i = 0; i < 9; ++i) (void)port->send(from, as_bytes(kDevice));
    });
    port = std::move(*made);
    probe_udp(port->local(), ProbeCheck::ssdp);
    const ProbeOutcome outcome = result();
    ASSERT_EQ(heard.size(), 1u) << "who has answered is not asked again";
    EXPECT_EQ(outcome.result, ProbeResult::arrived);
    EXPECT_EQ(outcome.detail, "answer " + std::to_string(10 * kDevice.size()) + " bytes to " +
                                  std::to_string(heard[0].size()));
}

TEST_F(UdpProberTest, AnOpenPortMapping) {
    open([](std::string_view) { return std::string("\0\x80\0\3\0\0\0\0", 8); });
    probe_udp(port->local(), ProbeCheck::port_mapping);
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, "answer 8 bytes to 2"}));
}

TEST_F(UdpProberTest, WhatShouldBeClosedIsAskedTwice) {
    open([](std::string_view) { return ""; });
    probe_udp(port->local(), ProbeCheck::ssdp);
    EXPECT_EQ(result().result, ProbeResult::nothing);
    EXPECT_EQ(heard.size(), kExposureQuestions);
    // Something else is there.
    open([](std::string_view question) { return std::string(question); });
    heard.clear();
    probe_udp(port->local(), ProbeCheck::port_mapping);
    EXPECT_EQ(result().result, ProbeResult::somebody_else);
    EXPECT_EQ(heard.size(), 1u);
    const Endpoint gone = port->local();
    port.reset();
    probe_udp(gone, ProbeCheck::port_mapping);
    EXPECT_EQ(result().result, ProbeResult::refused);
}

/// An FTP server by hand: the commands are `home`, the data comes through `data`.
struct FtpProberTest : ProberTest {
    net::Talker& log_in() {
        ProbeOrder asked = order(home->local(), ProbeCheck::ftp);
        asked.login = "anna:secret";
        probe(asked);
        visitor().send("220 attic\r\n");
        said("USER anna\r\n").send("331 x\r\n");
        said("PASS secret\r\n").send("230 x\r\n");
        return said("EPSV\r\n");
    }
    std::string port_of(const net::Listener& listener) {
        return std::to_string(listener.local().port);
    }

    std::unique_ptr<net::Listener> data = listen(net::loopback());
};

TEST_F(FtpProberTest, AListThroughEpsv) {
    net::Talker& commands = log_in();
    commands.send("229 ok (|||" + port_of(*data) + "|)\r\n");
    said("LIST\r\n").send("150 it comes\r\n");
    ASSERT_EQ(accepted.size(), 2u);
    accepted[1]->send("-rw-r--r-- 1 ftp ftp 4 a\r\n");
    accepted[1]->stream->shutdown_write();
    commands.send("226 done\r\n");
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::arrived, "220 attic"}));
    said("QUIT\r\n");
    EXPECT_TRUE(turn_until([&] { return accepted[1]->ended.has_value(); }));
}

TEST_F(FtpProberTest, AListThroughPasv) {
    log_in().send("500 what?\r\n");
    const unsigned port = data->local().port;
    said("PASV\r\n")
        .send("227 ok (127,0,0,1," + std::to_string(port / 256) + "," + std::to_string(port % 256) +
              ")\r\n");
    said("LIST\r\n").send("150 it comes\r\n226 done\r\n");
    visitor(1).stream->shutdown_write();
    EXPECT_EQ(result().result, ProbeResult::arrived);
}

// 127.0.0.2 is this host too, and somebody listens there: nobody may come.
TEST_F(FtpProberTest, AForeignAddressIsNotDialled) {
    const auto foreign = listen(Endpoint{*IpAddress::parse("127.0.0.2"), 0});
    log_in().send("500 what?\r\n");
    const unsigned port = foreign->local().port;
    said("PASV\r\n")
        .send("227 ok (127,0,0,2," + std::to_string(port / 256) + "," + std::to_string(port % 256) +
              ")\r\n");
    EXPECT_EQ(result(), (ProbeOutcome{ProbeResult::somebody_else,
                                      "PASV names 127.0.0.2, visitors need 127.0.0.1"}));
    turn_until([] { return false; }, 100ms);
    EXPECT_EQ(accepted.size(), 1u);
}

TEST_F(FtpProberTest, AClosedPassivePort) {
    const std::string port = port_of(*data);
    data.reset();
    log_in().send("229 ok (|||" + port + "|)\r\n");
    const ProbeOutcome outcome = result();
    EXPECT_EQ(outcome.result, ProbeResult::refused);
    EXPECT_THAT(outcome.detail, StartsWith("passive port " + port + ": "));
}

TEST_F(FtpProberTest, AListWithoutEnd) {
    log_in().send("229 ok (|||" + port_of(*data) + "|)\r\n");
    said("LIST\r\n").send("150 it comes\r\n");
    visitor(1).send(std::string(2 * kMaxProbeBytes, 'x'));
    EXPECT_EQ(result(2s).result, ProbeResult::arrived);
}

}  // namespace
}  // namespace homeport::reach
