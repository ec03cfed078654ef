// What an agent makes of what its relay tells it, and what it asks over its links and beside them.
#include "tunnel/agent/agent.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/link_testing.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/question.hpp"

#include <gmock/gmock.h>

namespace homeport::tunnel::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const IpAddress kRelay4 = IpAddress::v4({198, 51, 100, 7});
const IpAddress kRelay6 = IpAddress::parse("2001:db8::7").value();
const Endpoint kSeen{IpAddress::v4({203, 0, 113, 9}), 4711};

/// Whatever is dialled connects to a line that the test holds.
class LineNetwork final : public net::testing::NoNetwork {
public:
    explicit LineNetwork(FakeLoop& loop) : loop_(loop) {}

    std::unique_ptr<net::Handle> dial(const net::SocketAddress& to, const net::DialOptions& options,
                                      net::DialHandler on_done) override {
        const auto line = std::make_shared<Line>(loop_);
        line->peer = std::get<Endpoint>(to);
        lines.push_back(line);
        sources.push_back(options.source);
        loop_.post([this, line, done = std::move(on_done)]() mutable {
            if (refuses) return done(fail(Errc::refused, "connection refused"));
            done(std::make_unique<SecureLine>(line));
            line->establish();
        });
        return nullptr;
    }
    std::unique_ptr<net::Handle> resolve(std::string, net::ResolveHandler on_done) override {
        loop_.post([this, done = std::move(on_done)]() mutable { done(addresses); });
        return nullptr;
    }

    std::vector<IpAddress> addresses{kRelay4};
    bool refuses = false;
    std::vector<std::shared_ptr<Line>> lines;
    std::vector<std::optional<IpAddress>> sources;

private:
    FakeLoop& loop_;
};

struct AgentTest : ::testing::Test {
    Line& line() { return *network.lines.back(); }
    void say(const Frame& frame) {
        line().send(bytes_of(frame));
        loop.run();
    }
    void welcome() {
        say(WelcomeFrame{.version = kProtocolVersion, .instance = {{std::byte{9}}}});
        say(ResumeEndFrame{});
    }
    /// Names of the frames that came since the last call, asks in full.
    std::vector<std::string> frames() {
        loop.run();
        const std::string text = line().take();
        Bytes rest = as_bytes(text);
        std::vector<std::string> seen;
        while (!rest.empty()) {
            const auto parsed = parse_frame(rest, kMaxFrameBytes).value().value();
            rest = rest.subspan(parsed.bytes);
            const auto* const asked = std::get_if<ProbeFrame>(&parsed.frame);
            seen.push_back(asked == nullptr
                               ? std::string(frame_name(parsed.frame))
                               : std::to_string(asked->ask) + " probe " +
                                     std::to_string(asked->port) + " " + std::string(asked->host));
        }
        return seen;
    }
    auto note() {
        return [this](const Result<>& result) {
            heard.push_back(result ? "done"
                                   : std::string(to_string(result.error().code)) + ", " +
                                         result.error().what);
        };
    }
    std::unique_ptr<AskingAlone> ask_alone(std::optional<IpAddress> source) {
        auto asking = std::make_unique<AskingAlone>(world, HostPort{"relay.example.net", 7443},
                                                    PublicKey{}, probe, note(), source);
        loop.run();
        return asking;
    }

    FakeLoop loop;
    LineNetwork network{loop};
    NoSecurity security;
    SameBytes entropy;
    NullLog log;
    ChunkPool pool;
    AgentWorld world{loop, network, security, entropy, log, pool};
    std::vector<RelaySight> sights;
    std::vector<std::string> heard;
    const ProbeQuestion probe{.port = 443, .check = ProbeCheck::tls, .host = "a.example.net"};
};

struct AttachingAgent : AgentTest {
    AttachingAgent() {
        agent.start();
        loop.advance(1ms);
        EXPECT_THAT(frames(), Contains("HELLO"));
    }
    Agent agent{world,
                {.relay_name = "relay",
                 .relay = {"relay.example.net", 7443},
                 .relay_key = {},
                 .services = {},
                 .resume = {},
                 .on_seen = [this](const RelaySight& sight) { sights.push_back(sight); }}};
};

TEST_F(AttachingAgent, HearsWhereItIsSeen) {
    welcome();
    EXPECT_THAT(sights, IsEmpty());
    say(SeenFrame{kSeen, true, 80, 443});
    EXPECT_THAT(sights, ElementsAre(RelaySight{kSeen, {kRelay4, 7443}, true, 80, 443}));
}

TEST_F(AttachingAgent, IsSeenOnlyWhenAttached) {
    say(SeenFrame{kSeen, true, 80, 443});
    EXPECT_THAT(sights, IsEmpty());
    EXPECT_TRUE(network.lines.front()->closed());
}

TEST_F(AttachingAgent, RefusesToProbe) {
    welcome();
    say(frame_of(probe, 1));
    EXPECT_TRUE(network.lines.front()->closed());
}

TEST_F(AttachingAgent, AsksForProbesOverItsLink) {
    welcome();
    frames();
    agent.ask_probe(probe, note());
    EXPECT_THAT(frames(), ElementsAre("1 probe 443 a.example.net"));
    say(asked_frame(1, ask_result(ProbeResult::somebody_else, "not with us")));
    EXPECT_THAT(heard, ElementsAre("exists, not with us"));
}

TEST_F(AttachingAgent, AsksAgainOverTheNextLink) {
    welcome();
    agent.ask_probe(probe, note());
    frames();
    line().cut();
    loop.advance(200ms);
    ASSERT_EQ(network.lines.size(), 2U);
    EXPECT_THAT(frames(), Contains("HELLO"));
    welcome();
    EXPECT_THAT(frames(), Contains("1 probe 443 a.example.net"));
    say(asked_frame(1, {}));
    EXPECT_THAT(heard, ElementsAre("done"));
}

TEST_F(AgentTest, AsksAlone) {
    const auto asking = ask_alone(std::nullopt);
    EXPECT_THAT(network.sources, ElementsAre(std::nullopt));
    EXPECT_THAT(frames(), ElementsAre("1 probe 443 a.example.net"));
    say(asked_frame(1, ask_result(ProbeResult::nothing, "no answer")));
    EXPECT_THAT(heard, ElementsAre("not_found, no answer"));
}

// The relay probes the address that the question comes from, so that it must be this one.
TEST_F(AgentTest, AsksAloneFromAnAddress) {
    network.addresses = {kRelay6, kRelay4};
    const IpAddress ours6 = IpAddress::parse("2001:db8::9").value();
    const auto asking = ask_alone(ours6);
    EXPECT_THAT(network.sources, ElementsAre(ours6));
    EXPECT_EQ(line().peer.address, kRelay6);
    say(asked_frame(1, {}));
    EXPECT_THAT(heard, ElementsAre("done"));

    network.addresses = {kRelay4};
    const auto other = ask_alone(ours6);
    EXPECT_EQ(network.lines.size(), 1U);
    EXPECT_THAT(heard.back(), StartsWith("unreachable, relay.example.net has no address"));
}

// "refused" as an answer would say that the home's port is closed.
TEST_F(AgentTest, TheWayToTheRelayIsNoAnswer) {
    network.refuses = true;
    const auto asking = ask_alone(std::nullopt);
    EXPECT_THAT(heard, ElementsAre(StartsWith("unreachable, connection refused")));
}

}  // namespace
}  // namespace homeport::tunnel::testing
