#include "app/probe_desk.hpp"

#include "net/memory_world.hpp"
#include "reach/probe/limits.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <optional>

namespace homeport::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const IpAddress kHome = *IpAddress::parse("198.18.0.5");
const IpAddress kPublic = *IpAddress::parse("8.8.4.4");

/// Counts who is dialled, and lets a test say what comes of it.
struct CountingNetwork final : net::Network {
    explicit CountingNetwork(net::memory::ManualLoop& in) : loop(in) {}

    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress&,
                                                  const net::ListenOptions&,
                                                  net::AcceptHandler) override {
        return fail(Errc::denied, "nobody listens here");
    }
    std::unique_ptr<net::Handle> dial(const net::SocketAddress& to, const net::DialOptions&,
                                      net::DialHandler done) override {
        dialled.push_back(std::get<Endpoint>(to));
        if (silent) return nullptr;
        loop.post([this, done = std::move(done)]() mutable {
            if (!open) return done(fail(Errc::refused, "refused"));
            auto [near, far] = net::memory::make_pair(loop);
            far_ends.push_back(std::move(far));
            done(std::move(near));
        });
        return nullptr;
    }
    Result<std::unique_ptr<net::DatagramPort>> open_datagrams(const Endpoint&,
                                                              const net::DatagramPortOptions&,
                                                              net::DatagramSink) override {
        ++datagram_ports;
        return fail(Errc::invalid, "none here");
    }
    std::unique_ptr<net::Handle> resolve(std::string, net::ResolveHandler) override {
        return nullptr;
    }
    std::unique_ptr<net::Handle> watch_changes(std::function<void()>) override { return nullptr; }
    Result<std::vector<net::InterfaceAddress>> addresses() override {
        ++looks;
        if (trouble) return std::unexpected(*trouble);
        net::InterfaceAddress one;
        one.address = own;
        return std::vector{one};
    }

    net::memory::ManualLoop& loop;
    IpAddress own = *IpAddress::parse("9.9.9.9");
    std::optional<Error> trouble;
    bool open = true;
    bool silent = false;
    std::vector<Endpoint> dialled;
    int datagram_ports = 0;
    int looks = 0;
    std::deque<std::unique_ptr<net::Stream>> far_ends;
};

struct SeededEntropy final : net::Entropy {
    void fill(MutableBytes out) override {
        for (std::byte& one : out) one = std::byte(next++);
    }
    unsigned next = 0;
};

struct KeptLog final : Log {
    bool enabled(Level) const override { return true; }
    void write(Level level, std::string_view event, std::initializer_list<Field> fields) override {
        if (!event.starts_with("probe.re")) return;
        lines.push_back((level == Level::info ? "info " : "debug ") +
                        format_log_line(event, fields));
    }
    std::vector<std::string> lines;
};

struct ProbeDeskTest : ::testing::Test {
    void make(bool allow_private) {
        desk = std::make_unique<ProbeDesk>(
            ProbeDesk::World{loop, network, entropy, log}, allow_private,
            [this](const std::string& agent, const std::string& service, const IpAddress& address,
                   bool reached) {
                events.push_back("report " + agent + " " + service + " " + address.to_string() +
                                 (reached ? " reached" : " not reached"));
            });
    }
    ProbeDeskTest() { make(false); }

    static tunnel::ProbeWish wish(std::uint16_t port, IpAddress address = kPublic) {
        tunnel::ProbeWish made;
        made.address = address;
        made.port = port;
        made.check = ProbeCheck::open;
        return made;
    }
    void ask(const tunnel::ProbeWish& wish, const std::string& agent = "attic") {
        desk->probe(agent, wish, [this](Result<> result) {
            events.push_back("done " + std::string(result ? "ok" : to_string(result.error().code)));
            last = std::move(result);
        });
    }
    /// Asks and lets it end: "ok" or the error's word.
    std::string asked(const tunnel::ProbeWish& wish, const std::string& agent = "attic") {
        last.reset();
        ask(wish, agent);
        loop.settle();
        if (!last) return "waiting";
        return *last ? "ok" : std::string(to_string(last->error().code));
    }
    /// So many asks for new ports that the next one is refused.
    int spend(const std::string& agent = "attic", std::uint16_t first_port = 10'000) {
        for (int count = 0;; ++count) {
            const auto port = static_cast<std::uint16_t>(first_port + count);
            if (asked(wish(port), agent) == "limit") return count;
        }
    }

    net::memory::ManualLoop loop;
    CountingNetwork network{loop};
    SeededEntropy entropy;
    KeptLog log;
    std::vector<std::string> events;
    std::optional<Result<>> last;
    std::unique_ptr<ProbeDesk> desk;
};

TEST_F(ProbeDeskTest, WhoAsksIsDialledAtItsOwnAddress) {
    EXPECT_EQ(asked(wish(443)), "ok");
    EXPECT_THAT(network.dialled, ElementsAre(Endpoint{kPublic, 443}));
    network.open = false;
    EXPECT_EQ(asked(wish(444)), "refused");
    EXPECT_EQ(probe_result(*last), ProbeResult::refused);
}

// What an agent may not have dialled costs the relay no packet, however often it asks.
TEST_F(ProbeDeskTest, NobodyElseIsDialled) {
    const std::vector<std::string_view> addresses{"127.0.0.1",     "::1",
                                                  "0.0.0.0",       "::",
                                                  "0.1.2.3",       "169.254.1.1",
                                                  "fe80::1",       "224.0.0.1",
                                                  "ff02::1",       "255.255.255.255",
                                                  "10.0.0.1",      "192.168.1.1",
                                                  "172.16.5.5",    "fd00::1",
                                                  "100.64.0.1",    "192.0.2.1",
                                                  "240.0.0.1",     "64:ff9b::7f00:1",
                                                  "2002:7f00:1::", "9.9.9.9"};
    for (int i = 0; i < 1000; ++i) {
        const auto text = addresses[static_cast<std::size_t>(i) % addresses.size()];
        const std::string agent = "agent" + std::to_string(i);
        const auto port = static_cast<std::uint16_t>(i + 1);
        EXPECT_EQ(asked(wish(port, *IpAddress::parse(text)), agent), "denied") << text;
    }
    EXPECT_THAT(network.dialled, IsEmpty());
    EXPECT_EQ(network.datagram_ports, 0);
    EXPECT_THAT(log.lines, SizeIs(1000));
}

TEST_F(ProbeDeskTest, WhatShouldBeClosedIsTriedAtItsPortOnly) {
    tunnel::ProbeWish search = wish(1900);
    search.check = ProbeCheck::ssdp;
    EXPECT_EQ(asked(search), "denied") << "over TCP";
    search.udp = true;
    EXPECT_EQ(asked(search), "unreachable");
    tunnel::ProbeWish mapping = search;
    mapping.check = ProbeCheck::port_mapping;
    EXPECT_EQ(asked(mapping), "denied");
    mapping.port = 5351;
    EXPECT_EQ(asked(mapping), "unreachable");
    search.port = 5351;
    EXPECT_EQ(asked(search), "denied");
    EXPECT_EQ(network.datagram_ports, 2);
}

TEST_F(ProbeDeskTest, PrivateAddressesCountWhereTheyAreAllowed) {
    make(true);
    for (const std::string_view text :
         {"10.0.0.1", "192.168.1.1", "fd00::1", "100.64.0.1", "203.0.113.5"})
        EXPECT_EQ(asked(wish(443, *IpAddress::parse(text))), "ok") << text;
    const std::size_t before = network.dialled.size();
    for (const std::string_view text :
         {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "169.254.1.1",
          "fe80::1", "224.0.0.1", "ff02::1", "255.255.255.255", "9.9.9.9"}) {
        EXPECT_EQ(asked(wish(443, *IpAddress::parse(text))), "denied") << text;
    }
    EXPECT_EQ(network.dialled.size(), before);
}

TEST_F(ProbeDeskTest, ANetworkWithoutAddressesProtectsNone) {
    network.trouble = Error{Errc::invalid, "no addresses here"};
    EXPECT_EQ(asked(wish(443)), "ok");
    // Not to know them is another thing.
    network.trouble = Error{Errc::io, "netlink"};
    EXPECT_EQ(asked(wish(444)), "denied");
    EXPECT_THAT(network.dialled, SizeIs(1));
}

TEST_F(ProbeDeskTest, WishesThatMakeNoSense) {
    EXPECT_EQ(asked(wish(0)), "denied");
    tunnel::ProbeWish udp = wish(53);
    udp.udp = true;
    EXPECT_EQ(asked(udp), "denied");
    EXPECT_EQ(network.datagram_ports, 0);
    udp.check = ProbeCheck::proof;
    EXPECT_EQ(asked(udp), "unreachable");
    EXPECT_EQ(network.datagram_ports, 1);
}

TEST_F(ProbeDeskTest, TheServiceIsToldBeforeTheAgent) {
    tunnel::ProbeWish web = wish(443);
    web.service = "web";
    asked(web);
    EXPECT_THAT(events, ElementsAre("report attic web 8.8.4.4 reached", "done ok"));
    events.clear();
    network.open = false;
    asked(web);
    EXPECT_THAT(events, ElementsAre("report attic web 8.8.4.4 not reached", "done refused"));
}

TEST_F(ProbeDeskTest, WhatWasNotTriedIsNotReported) {
    tunnel::ProbeWish web = wish(443, kHome);
    web.service = "web";
    asked(web);
    web = wish(443);
    web.service = "web";
    web.check = ProbeCheck::http;
    web.host = "no host";
    EXPECT_EQ(asked(web), "unreachable");
    asked(wish(444));
    EXPECT_THAT(events, ElementsAre("done denied", "done unreachable", "done ok"));
}

TEST_F(ProbeDeskTest, TellsTheLogWhatItDid) {
    asked(wish(443, kHome));
    asked(wish(443));
    ASSERT_THAT(log.lines, SizeIs(2));
    EXPECT_THAT(log.lines[0], HasSubstr("info probe.refused agent=attic address=198.18.0.5 "
                                        "port=443 why="));
    EXPECT_THAT(log.lines[1], HasSubstr("debug probe.result agent=attic address=8.8.4.4 port=443 "
                                        "result=\"arrived here\""));
}

TEST_F(ProbeDeskTest, NewPortsComeFromABucket) {
    network.open = false;
    EXPECT_EQ(spend(), kProbeBurst);
    EXPECT_THAT(last->error().what, HasSubstr("ask again in 2 s"));
    EXPECT_THAT(network.dialled, SizeIs(kProbeBurst));
    // Each agent has its own.
    EXPECT_EQ(asked(wish(1), "cellar"), "refused");
    loop.advance(kProbeRefill - 1ms);
    EXPECT_EQ(asked(wish(1)), "limit");
    EXPECT_THAT(last->error().what, HasSubstr("ask again in 1 s"));
    loop.advance(1ms);
    EXPECT_EQ(asked(wish(1)), "refused");
    EXPECT_EQ(asked(wish(1)), "limit");
    loop.advance(10 * kProbeRefill);
    EXPECT_EQ(spend(), 10);
    loop.advance(1h);
    EXPECT_EQ(spend(), kProbeBurst);
}

TEST_F(ProbeDeskTest, AProvenPortStaysFree) {
    EXPECT_EQ(asked(wish(443)), "ok");
    spend();
    for (int i = 0; i < 100; ++i) {
        loop.advance(kProvenPause);
        EXPECT_EQ(asked(wish(443)), "ok") << i;
        // Sooner than that it costs.
        while (asked(wish(443)) == "ok") {
        }
    }
}

TEST_F(ProbeDeskTest, AFailureEndsWhatIsFree) {
    asked(wish(443));
    spend();
    loop.advance(kProvenPause);
    network.open = false;
    EXPECT_EQ(asked(wish(443)), "refused");
    loop.advance(kProvenPause);
    network.open = true;
    EXPECT_EQ(asked(wish(443)), "ok");     // one has come back to the bucket by now
    EXPECT_EQ(asked(wish(443)), "limit");  // and this one came too soon
    loop.advance(kProvenPause);
    EXPECT_EQ(asked(wish(443)), "ok");
}

TEST_F(ProbeDeskTest, AProofGrowsOld) {
    asked(wish(443));
    loop.advance(kProvenTime - 1s);
    spend();
    loop.advance(1s);
    EXPECT_EQ(asked(wish(443)), "ok");
    loop.advance(kProvenTime + 1ms);
    spend();
    EXPECT_EQ(asked(wish(443)), "limit");
}

TEST_F(ProbeDeskTest, TheProvenPortIsOneOfItsAddress) {
    asked(wish(443));
    spend();
    loop.advance(kProvenPause);
    EXPECT_EQ(asked(wish(443, *IpAddress::parse("8.8.8.8"))), "limit");
    tunnel::ProbeWish udp = wish(443);
    udp.udp = true;
    udp.check = ProbeCheck::proof;
    EXPECT_EQ(asked(udp), "limit");
    EXPECT_EQ(asked(wish(443)), "ok");
}

// Through FTP the far end chooses a port that is dialled, so that is never for nothing.
TEST_F(ProbeDeskTest, FtpAlwaysCosts) {
    asked(wish(21));
    spend();
    loop.advance(kProvenPause);
    tunnel::ProbeWish ftp = wish(21);
    ftp.check = ProbeCheck::ftp;
    EXPECT_EQ(asked(ftp), "limit");
    EXPECT_EQ(asked(wish(21)), "ok");
}

TEST_F(ProbeDeskTest, OnlySoManyProvenPortsAreKept) {
    for (std::size_t i = 0; i <= kMaxProvenPorts; ++i) {
        EXPECT_EQ(asked(wish(static_cast<std::uint16_t>(100 + i))), "ok");
        loop.advance(kProbeRefill);
    }
    spend("attic", 20'000);  // each of them pushes out an older one
    loop.advance(kProvenPause);
    EXPECT_EQ(asked(wish(100)), "limit");
    EXPECT_EQ(asked(wish(100 + kMaxProvenPorts)), "ok");
}

TEST_F(ProbeDeskTest, OneAtATimeOfAPort) {
    network.silent = true;
    EXPECT_EQ(asked(wish(443)), "waiting");
    EXPECT_EQ(asked(wish(443)), "waiting") << "for the same dial";
    tunnel::ProbeWish other = wish(443);
    other.token.front() = std::byte{1};
    EXPECT_EQ(asked(other), "limit") << "that one would have to say something else";
    // After a change of address the agent asks for the same port again, and is not held up.
    EXPECT_EQ(asked(wish(443, *IpAddress::parse("8.8.8.8"))), "waiting");
    EXPECT_EQ(asked(wish(443), "cellar"), "waiting");
    EXPECT_THAT(network.dialled, SizeIs(3));
    events.clear();
    loop.advance(reach::kProbeOrderTime);
    EXPECT_THAT(events, ElementsAre("done not_found", "done not_found", "done not_found",
                                    "done not_found"));
    EXPECT_EQ(asked(wish(443)), "waiting");
}

// All http services of a home come to one port.
TEST_F(ProbeDeskTest, OneDialAnswersForAllServicesOfThePort) {
    for (const char* const service : {"blog", "shop", ""}) {
        tunnel::ProbeWish one = wish(443);
        one.service = service;
        ask(one);
    }
    loop.settle();
    EXPECT_THAT(network.dialled, SizeIs(1));
    EXPECT_THAT(events, ElementsAre("report attic blog 8.8.4.4 reached", "done ok",
                                    "report attic shop 8.8.4.4 reached", "done ok", "done ok"));
}

TEST_F(ProbeDeskTest, OnlySoManyShareADial) {
    network.silent = true;
    for (std::size_t i = 0; i < kMaxJoinedAsks; ++i) EXPECT_EQ(asked(wish(443)), "waiting");
    EXPECT_EQ(asked(wish(443)), "limit");
}

TEST_F(ProbeDeskTest, OneAgentDoesNotFillTheDesk) {
    network.silent = true;
    for (std::size_t i = 0; i < kMaxProbesPerAgent; ++i)
        EXPECT_EQ(asked(wish(static_cast<std::uint16_t>(100 + i))), "waiting");
    EXPECT_EQ(asked(wish(1)), "limit");
    for (std::size_t i = kMaxProbesPerAgent; i < reach::kMaxProbes; ++i)
        EXPECT_EQ(asked(wish(1), "agent" + std::to_string(i)), "waiting");
    EXPECT_EQ(asked(wish(1), "cellar"), "limit");
    EXPECT_THAT(network.dialled, SizeIs(reach::kMaxProbes));
    loop.advance(reach::kProbeOrderTime);
    EXPECT_EQ(asked(wish(1), "cellar"), "waiting");
}

// The one that was idle longest is forgotten, and with it what it has spent.
TEST_F(ProbeDeskTest, AgentsAreForgottenInTheOrderOfTheirLastAsk) {
    network.open = false;
    spend("first");
    loop.advance(1ms);
    spend("second");
    loop.advance(1ms);
    for (std::size_t i = 2; i < kMaxProbingAgents; ++i) asked(wish(1), "a" + std::to_string(i));
    EXPECT_EQ(asked(wish(1), "first"), "limit");
    loop.advance(1ms);
    asked(wish(1), "one more");
    EXPECT_EQ(asked(wish(2), "first"), "limit");
    EXPECT_EQ(asked(wish(1), "second"), "refused");
}

TEST_F(ProbeDeskTest, AfterItsEndNobodyIsTold) {
    network.silent = true;
    ask(wish(443));
    desk.reset();
    loop.advance(reach::kProbeOrderTime);
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(ProbeDeskTest, WhoIsToldMayAskAgain) {
    desk->probe("attic", wish(443), [this](Result<>) { ask(wish(443)); });
    loop.settle();
    EXPECT_THAT(events, Contains("done ok"));
}

}  // namespace
}  // namespace homeport::app
