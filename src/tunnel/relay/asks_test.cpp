// What paired machines ask of a relay, over links and on connections of their own.
#include "tunnel/limits.hpp"
#include "tunnel/link_testing.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/question.hpp"
#include "tunnel/relay/relay.hpp"

#include <gmock/gmock.h>

namespace homeport::tunnel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Endpoint kHome{IpAddress::v4({203, 0, 113, 9}), 4711};
const Endpoint kElsewhere{IpAddress::parse("2001:db8::9").value(), 4712};

PublicKey key_of(int first) {
    PublicKey key;
    key.bytes.fill(static_cast<std::byte>(first));
    return key;
}

/// Two machines, of which the phone may park the attic.
class TwoAgents final : public store::RelayStore {
public:
    TwoAgents() {
        records[0].name = "attic";
        records[0].key = key_of(1);
        records[1].name = "phone";
        records[1].key = key_of(2);
        records[1].grants.may_park = {"cellar", "attic"};
    }
    Result<> add_invite(const store::Invite&) override { return {}; }
    Result<store::AgentRecord> redeem(const store::SecretHash&, const PublicKey&,
                                      UnixSeconds) override {
        return records[0];
    }
    Result<std::vector<store::AgentRecord>> agents() override { return records; }
    Result<std::optional<store::AgentRecord>> agent_by_key(const PublicKey&) override {
        return std::nullopt;
    }
    Result<> revoke(const std::string&) override { return {}; }
    Result<> release(const std::string&) override { return {}; }
    Result<> save_offers(const std::string&, const std::vector<std::byte>&) override { return {}; }
    Result<std::vector<std::byte>> offers(const std::string&) override {
        return std::vector<std::byte>{};
    }

    std::vector<store::AgentRecord> records{2};
};

class Notebook final : public Publisher {
public:
    std::vector<Result<>> publish(const std::string&, const std::vector<Offer>& offers) override {
        return std::vector<Result<>>(offers.size());
    }
    void withdraw(const std::string&) override {}
    Result<> park(const std::string& home, const ParkWish& wish) override {
        parks.push_back((wish.parked ? "park " : "unpark ") + home + "/" + wish.service + " " +
                        wish.answer);
        return park_result;
    }
    void challenge(const std::string& agent, const Challenge& asked, Done done) override {
        challenges.push_back((asked.present ? "set " : "clear ") + agent + " " + asked.host + " " +
                             asked.text);
        waiting.push_back(std::move(done));
    }
    void probe(const std::string& agent, const ProbeWish& wish, Done done) override {
        probes.push_back(agent + " " + Endpoint{wish.address, wish.port}.to_string() +
                         (wish.udp ? " udp " : " tcp ") + std::string(to_text(wish.check)) + " " +
                         wish.service + " " + wish.host + " " + wish.login);
        tokens.push_back(wish.token);
        waiting.push_back(std::move(done));
    }
    void on_seen(const std::string& agent, const Endpoint& from, bool) override {
        seen.push_back(agent + " " + from.to_string());
    }

    Result<> park_result;
    std::vector<std::string> parks;
    std::vector<std::string> probes;
    std::vector<ProbeToken> tokens;
    std::vector<std::string> seen;
    std::vector<std::string> challenges;
    std::vector<Done> waiting;
};

struct RelayAsks : ::testing::Test {
    RelayAsks() { EXPECT_TRUE(relay->start()); }

    std::shared_ptr<Line> connect(int key, const Endpoint& from = kHome) {
        auto line = std::make_shared<Line>(loop);
        line->peer = from;
        auto stream = std::make_unique<SecureLine>(line);
        stream->key = key_of(key);
        relay->accept_link(std::move(stream));
        line->establish();
        loop.run();
        return line;
    }
    std::shared_ptr<Line> attach(int key, std::uint64_t epoch = 1, const Endpoint& from = kHome) {
        const auto line = connect(key, from);
        say(*line, HelloFrame{kProtocolVersion, {{std::byte(key)}}, {}, LinkKind::attach, epoch});
        say(*line, ResumeEndFrame{});
        EXPECT_THAT(frames(*line), ::testing::Contains("WELCOME"));
        return line;
    }
    void say(Line& line, const Frame& frame) {
        line.send(bytes_of(frame));
        loop.run();
    }
    /// What came since the last call: names of frames, answers to asks in full.
    std::vector<std::string> frames(Line& line) {
        loop.run();
        const std::string text = line.take();
        Bytes rest = as_bytes(text);
        std::vector<std::string> seen;
        while (!rest.empty()) {
            const auto parsed = parse_frame(rest, kMaxFrameBytes).value().value();
            rest = rest.subspan(parsed.bytes);
            if (const auto* welcome = std::get_if<WelcomeFrame>(&parsed.frame))
                resumed = welcome->resumed;
            if (!std::holds_alternative<PingFrame>(parsed.frame))
                seen.push_back(in_words(parsed.frame));
        }
        return seen;
    }
    static std::string in_words(const Frame& frame) {
        if (const auto* refused = std::get_if<RefusedFrame>(&frame))
            return "refused: " + std::string(refused->reason);
        if (const auto* seen = std::get_if<SeenFrame>(&frame)) {
            return "seen " + seen->agent.to_string() + (seen->names ? " names " : " no names ") +
                   std::to_string(seen->http) + " " + std::to_string(seen->tls);
        }
        const auto* const asked = std::get_if<AskedFrame>(&frame);
        if (asked == nullptr) return std::string(frame_name(frame));
        const auto result = result_of(*asked);
        return std::to_string(asked->ask) + ": " +
               (result ? "done"
                       : std::string(to_string(result.error().code)) + ", " + result.error().what);
    }

    static constexpr ProbeToken kToken{std::byte{1}, std::byte{2}};
    const ProbeFrame probe_frame{.ask = 5,
                                 .token = kToken,
                                 .udp = false,
                                 .port = 443,
                                 .check = ProbeCheck::tls,
                                 .service = "web",
                                 .host = "a.example.net",
                                 .login = "u:p"};
    bool resumed = false;  ///< says the last WELCOME
    FakeLoop loop;
    RecordingNetwork network;
    NoSecurity security;
    SameBytes entropy;
    NullLog log;
    ChunkPool pool;
    TwoAgents store;
    Notebook notebook;
    std::unique_ptr<Relay> relay = std::make_unique<Relay>(
        Relay::World{loop, network, security, entropy, log, pool, store, notebook, {}},
        Relay::Options{.name = "relay",
                       .listen = {},
                       .resume = {},
                       .names = true,
                       .http_port = 8080,
                       .tls_port = 443});
};

TEST_F(RelayAsks, AHomeParksItself) {
    const auto attic = attach(1);
    say(*attic, ParkFrame{7, true, "web", "", "192.0.2.1"});
    say(*attic, ParkFrame{8, false, "", "attic", ""});
    EXPECT_THAT(notebook.parks, ElementsAre("park attic/web 192.0.2.1", "unpark attic/ stand-in"));
    EXPECT_THAT(frames(*attic), ElementsAre("7: done", "8: done"));
    notebook.park_result = fail(Errc::not_found, "\"attic\" publishes nothing");
    say(*attic, ParkFrame{9, true, "", "", ""});
    EXPECT_THAT(frames(*attic), ElementsAre("9: not_found, \"attic\" publishes nothing"));
}

// The right is the asking machine's, and is looked up when it asks.
TEST_F(RelayAsks, AnotherHomeNeedsTheRight) {
    const auto attic = attach(1);
    const auto phone = attach(2);
    say(*phone, ParkFrame{1, true, "", "attic", ""});
    EXPECT_THAT(frames(*phone), ElementsAre("1: done"));
    EXPECT_THAT(notebook.parks, ElementsAre("park attic/ stand-in"));

    say(*attic, ParkFrame{1, true, "", "phone", ""});
    const std::string denied =
        "denied, no right to park \"phone\"; on the relay: homeport invite attic --may-park phone";
    EXPECT_THAT(frames(*attic), ElementsAre("1: " + denied));
    say(*attic, ParkFrame{0, true, "", "phone", ""});
    EXPECT_THAT(frames(*attic), ElementsAre("0: " + denied));
    EXPECT_EQ(notebook.parks.size(), 1U);

    store.records[0].grants.may_park = {"*"};
    ASSERT_TRUE(relay->refresh());
    say(*attic, ParkFrame{2, true, "", "phone", ""});
    EXPECT_THAT(frames(*attic), ElementsAre("2: done"));
    store.records[1].grants.may_park = {};
    ASSERT_TRUE(relay->refresh());
    say(*phone, ParkFrame{2, false, "", "attic", ""});
    EXPECT_THAT(frames(*phone), ElementsAre(StartsWith("2: denied")));
}

TEST_F(RelayAsks, AreLimitedInTime) {
    const auto phone = attach(2);
    const auto ask = [&] { say(*phone, ParkFrame{5, true, "", "attic", ""}); };
    for (std::size_t i = 0; i < kMaxAsksPerPeriod; ++i) {
        if (i == kMaxAsksPerPeriod / 2) loop.advance(4s);
        ask();
    }
    frames(*phone);
    ask();
    say(*phone, ChallengeFrame{6, true, "home.example.net", "t"});
    EXPECT_THAT(frames(*phone), ElementsAre(StartsWith("5: limit"), StartsWith("6: limit")));
    // What is kept for its own home does not count, what is another's does.
    say(*phone, ParkFrame{0, true, "", "", ""});
    say(*phone, ParkFrame{0, true, "", "attic", ""});
    EXPECT_THAT(frames(*phone), ElementsAre("0: done", StartsWith("0: limit")));
    loop.advance(kAskPeriod - 4s);
    for (std::size_t i = 0; i < kMaxAsksPerPeriod / 2; ++i) ask();
    EXPECT_THAT(frames(*phone), ::testing::Each("5: done"));
    ask();
    EXPECT_THAT(frames(*phone), ElementsAre(StartsWith("5: limit")));
}

// The answer takes the link that there is when the name servers are done.
TEST_F(RelayAsks, ChallengesAreAnsweredLater) {
    const auto attic = attach(1);
    say(*attic, ChallengeFrame{3, true, "home.example.net", "token"});
    EXPECT_THAT(notebook.challenges, ElementsAre("set attic home.example.net token"));
    EXPECT_THAT(frames(*attic), IsEmpty());
    const auto again = attach(1, 2);
    notebook.waiting.at(0)({});
    EXPECT_THAT(frames(*again), ElementsAre("3: done"));

    say(*again, ChallengeFrame{4, false, "home.example.net", "token"});
    EXPECT_EQ(notebook.challenges.back(), "clear attic home.example.net token");
    notebook.waiting.at(1)(fail(Errc::denied, "not yours"));
    EXPECT_THAT(frames(*again), ElementsAre("4: denied, not yours"));
}

// The numbers are those of one process: another one with the same key did not ask.
TEST_F(RelayAsks, AnswersAreNotForANewerProcess) {
    const auto attic = attach(1);
    say(*attic, ChallengeFrame{3, true, "home.example.net", "token"});
    const auto newer = connect(1);
    say(*newer, HelloFrame{kProtocolVersion, {{std::byte{99}}}, {}, LinkKind::attach, 1});
    say(*newer, ResumeEndFrame{});
    frames(*newer);
    notebook.waiting.at(0)({});
    EXPECT_THAT(frames(*newer), IsEmpty());
}

TEST_F(RelayAsks, MayComeAlone) {
    const auto phone = connect(2);
    say(*phone, ParkFrame{1, true, "", "attic", "nothing"});
    EXPECT_THAT(notebook.parks, ElementsAre("park attic/ nothing"));
    EXPECT_THAT(frames(*phone), ElementsAre("1: done"));
    // One each; nothing more is heard.
    say(*phone, ParkFrame{2, false, "", "attic", ""});
    EXPECT_EQ(notebook.parks.size(), 1U);
    EXPECT_FALSE(relay->up("phone")) << "it is no link";
    loop.advance(kGreetingTimeout + 1s);
    EXPECT_TRUE(phone->closed());

    const auto stranger = connect(9);
    say(*stranger, ParkFrame{1, true, "", "attic", ""});
    EXPECT_THAT(frames(*stranger), ElementsAre(HasSubstr("key is not known")));
    EXPECT_EQ(notebook.parks.size(), 1U);
}

TEST_F(RelayAsks, ThatComeAloneAreAnsweredInTime) {
    const auto attic = connect(1);
    say(*attic, ChallengeFrame{1, true, "home.example.net", "t"});
    loop.advance(2s);
    notebook.waiting.at(0)({});
    EXPECT_THAT(frames(*attic), ElementsAre("1: done"));

    const auto slow = connect(1);
    say(*slow, ChallengeFrame{1, true, "home.example.net", "t"});
    loop.advance(kGreetingTimeout + 1s);
    EXPECT_THAT(frames(*slow), ElementsAre(StartsWith("1: timed_out")));
    notebook.waiting.at(1)({});
    EXPECT_THAT(frames(*slow), IsEmpty());
    loop.advance(3s);
    EXPECT_TRUE(slow->closed());
}

// Only the address that the ask came from may be dialled, so nothing in the ask names one.
TEST_F(RelayAsks, ProbesGoToWhereTheyComeFrom) {
    const auto attic = attach(1);
    say(*attic, probe_frame);
    EXPECT_THAT(notebook.probes,
                ElementsAre("attic 203.0.113.9:443 tcp tls web a.example.net u:p"));
    EXPECT_THAT(notebook.tokens, ElementsAre(kToken));
    EXPECT_THAT(frames(*attic), IsEmpty());
    notebook.waiting.at(0)({});
    EXPECT_THAT(frames(*attic), ElementsAre("5: done"));

    const auto alone = connect(1, kElsewhere);
    say(*alone, ProbeFrame{.ask = 1, .token = kToken, .udp = true, .port = 53});
    EXPECT_EQ(notebook.probes.back(), "attic [2001:db8::9]:53 udp proof   ");
    notebook.waiting.at(1)(ask_result(ProbeResult::refused, "a reset"));
    EXPECT_THAT(frames(*alone), ElementsAre("1: refused, a reset"));
    EXPECT_THAT(frames(*attic), IsEmpty());

    const auto stranger = connect(9);
    say(*stranger, probe_frame);
    EXPECT_THAT(frames(*stranger), ElementsAre(HasSubstr("key is not known")));
    EXPECT_EQ(notebook.probes.size(), 2U);
}

TEST_F(RelayAsks, ProbesAreAnsweredOverTheNextLink) {
    const auto attic = attach(1);
    say(*attic, probe_frame);
    const auto again = attach(1, 2, kElsewhere);
    notebook.waiting.at(0)(ask_result(ProbeResult::nothing, "no answer"));
    EXPECT_THAT(frames(*again), ElementsAre("5: not_found, no answer"));
    // Asked again there, it is a question about the new address.
    say(*again, probe_frame);
    EXPECT_THAT(notebook.probes.back(), StartsWith("attic [2001:db8::9]:443"));
}

// The publisher limits them by what a dial costs; they take no place from others.
TEST_F(RelayAsks, ProbesDoNotCountAsAsks) {
    const auto attic = attach(1);
    for (std::size_t i = 0; i < 2 * kMaxAsksPerPeriod; ++i) say(*attic, probe_frame);
    EXPECT_EQ(notebook.probes.size(), 2 * kMaxAsksPerPeriod);
    say(*attic, ParkFrame{6, true, "", "", ""});
    EXPECT_THAT(frames(*attic), ElementsAre("6: done"));
}

TEST_F(RelayAsks, EachAttachIsToldWhereItIsSeen) {
    const auto first = connect(1);
    say(*first, HelloFrame{kProtocolVersion, {{std::byte{1}}}, {}, LinkKind::attach, 1});
    EXPECT_THAT(frames(*first), IsEmpty());
    EXPECT_THAT(notebook.seen, IsEmpty());
    say(*first, ResumeEndFrame{});
    // An agent may not be told before it is attached.
    EXPECT_THAT(frames(*first),
                ElementsAre("WELCOME", "RESUME_END", "seen 203.0.113.9:4711 names 8080 443"));
    EXPECT_FALSE(resumed);
    const auto second = connect(1, kElsewhere);
    InstanceId relay_instance;
    entropy.fill(relay_instance.bytes);
    say(*second,
        HelloFrame{kProtocolVersion, {{std::byte{1}}}, relay_instance, LinkKind::attach, 2});
    say(*second, ResumeEndFrame{});
    EXPECT_THAT(frames(*second),
                ElementsAre("WELCOME", "RESUME_END", "seen [2001:db8::9]:4712 names 8080 443"));
    EXPECT_TRUE(resumed);
    EXPECT_THAT(notebook.seen, ElementsAre("attic 203.0.113.9:4711", "attic [2001:db8::9]:4712"));
}

TEST_F(RelayAsks, AnAgentHasNothingToSee) {
    const auto attic = attach(1);
    say(*attic, SeenFrame{kHome, true, 80, 443});
    EXPECT_TRUE(attic->closed());
    const auto alone = connect(1);
    say(*alone, SeenFrame{kHome, true, 80, 443});
    EXPECT_TRUE(alone->closed());
}

TEST_F(RelayAsks, AnswersMayComeAfterTheRelay) {
    const auto attic = attach(1);
    say(*attic, probe_frame);
    say(*attic, ChallengeFrame{1, true, "home.example.net", "t"});
    const auto alone = connect(2);
    say(*alone, ChallengeFrame{1, true, "home.example.net", "t"});
    relay.reset();
    for (auto& done : notebook.waiting) done({});
}

}  // namespace
}  // namespace homeport::tunnel::testing
