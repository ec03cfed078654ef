#include "reach/truth/consensus.hpp"

#include <gmock/gmock.h>
#include <map>
#include <random>
#include <set>

namespace homeport::reach {
namespace {

using enum EvidenceSource;
using State = AddressView::State;

const IpAddress kA = IpAddress::parse("203.0.113.5").value();
const IpAddress kB = IpAddress::parse("203.0.113.77").value();
const IpAddress kC = IpAddress::parse("203.0.113.99").value();
const IpAddress k6 = IpAddress::parse("2001:db8::5").value();
const IpAddress kPrivate = IpAddress::parse("192.168.1.2").value();

PublicSpace lab() {
    return PublicSpace(
        {Cidr::parse("203.0.113.0/24").value(), Cidr::parse("2001:db8::/32").value()});
}

struct Scene {
    Consensus consensus{lab()};
    TimePoint now{24h};

    void say(EvidenceSource source, const char* from, const IpAddress& address) {
        now += 1s;
        consensus.add({.source = source, .from = from, .address = address, .at = now}, now);
    }
    void pass(Duration time) {
        now += time;
        consensus.on_time(now);
    }
    void event() {
        now += 1s;
        consensus.on_strong_event(now);
    }
    const AddressView& v4() const { return consensus.view(Family::v4); }
    std::optional<IpAddress> address() const { return v4().address; }
    /// Five voices that agree.
    void settle(const IpAddress& on) {
        say(relay, "relay.example:4433", on);
        say(pcp, "192.168.1.1", on);
        say(stun, "stun.example.net:3478", on);
        say(stun, "stun.example.org:3478", on);
        say(echo, "ip.example.com", on);
    }
};

TEST(Consensus, KnowsNothingAtFirst) {
    Scene scene;
    EXPECT_EQ(scene.v4().state, State::nothing_said);
    EXPECT_FALSE(scene.address());
    EXPECT_NE(scene.v4().reason, "");
    EXPECT_EQ(scene.consensus.deadline(), kNever);
}

TEST(Consensus, NeedsTwoVoices) {
    Scene scene;
    scene.say(stun, "stun.example.net:3478", kA);
    EXPECT_EQ(scene.v4().state, State::too_few);
    scene.say(stun, "stun.example.net:3479", kA);  // the same host
    EXPECT_FALSE(scene.address());
    scene.say(stun, "stun.example.org:3478", kA);
    EXPECT_EQ(scene.address(), kA);
    EXPECT_EQ(scene.v4().state, State::agreed);
    EXPECT_EQ(scene.v4().voices, 2);
    EXPECT_EQ(scene.v4().since, scene.now);
}

TEST(Consensus, CanDoWithOneVoiceWhereThereIsNoOther) {
    Consensus consensus(lab(), 1);
    consensus.add({.source = relay, .from = "relay", .address = kA, .at = TimePoint{1h}},
                  TimePoint{1h});
    EXPECT_EQ(consensus.view(Family::v4).address, kA);
}

// Three protocols of one router that lies are still one liar.
TEST(Consensus, CountsTheRouterOnce) {
    Scene scene;
    for (const auto source : {pcp, nat_pmp, upnp}) scene.say(source, "192.168.1.1", kB);
    EXPECT_FALSE(scene.address());
    scene.say(relay, "relay.example:4433", kA);
    EXPECT_EQ(scene.v4().state, State::disagreement);
    scene.say(stun, "stun.example.net:3478", kA);
    EXPECT_EQ(scene.address(), kA);
    EXPECT_EQ(scene.v4().state, State::contested);
    EXPECT_EQ(scene.v4().voices_for, 2);
    EXPECT_EQ(scene.v4().voices, 3);
}

TEST(Consensus, TwoLiarsOfFiveLose) {
    Scene scene;
    scene.settle(kA);
    scene.say(stun, "stun.example.net:3478", kB);
    EXPECT_EQ(scene.address(), kA);
    scene.say(stun, "stun.example.org:3478", kB);
    EXPECT_EQ(scene.address(), kA);
    scene.say(echo, "ip.example.com", kB);  // no longer a minority
    EXPECT_EQ(scene.address(), kB);
}

TEST(Consensus, OneDissenterMovesNothingEvenAfterAnEvent) {
    Scene scene;
    scene.settle(kA);
    scene.event();
    EXPECT_EQ(scene.address(), kA);
    scene.say(stun, "stun.example.net:3478", kB);
    EXPECT_EQ(scene.address(), kA);
    EXPECT_EQ(scene.v4().state, State::contested);
    scene.say(relay, "relay.example:4433", kA);
    EXPECT_EQ(scene.address(), kA);
}

// The relay proves its key: what it says after an event is believed at once.
TEST(Consensus, AfterAnEventTheRelayMovesItAlone) {
    Scene scene;
    scene.settle(kA);
    scene.say(relay, "relay.example:4433", kB);
    EXPECT_EQ(scene.address(), kA);
    scene.settle(kA);
    scene.event();
    scene.say(relay, "relay.example:4433", kB);
    EXPECT_EQ(scene.address(), kB);
    EXPECT_EQ(scene.v4().voices, 1);
    // The first announcement of a router often has the old address.
    scene.say(pcp, "192.168.1.1", kA);
    EXPECT_EQ(scene.address(), kB);
}

TEST(Consensus, AnEventCountsForAWhile) {
    Scene scene;
    scene.settle(kA);
    scene.event();
    scene.pass(kEventCounts);
    scene.say(relay, "relay.example:4433", kB);
    EXPECT_EQ(scene.address(), kA);
    scene.say(stun, "stun.example.net:3478", kB);  // two of the two that spoke since
    EXPECT_EQ(scene.address(), kB);
}

TEST(Consensus, TotalDisagreementGivesNothing) {
    Scene scene;
    scene.say(relay, "relay.example:4433", kA);
    scene.say(pcp, "192.168.1.1", kB);
    scene.say(stun, "stun.example.net:3478", kC);
    EXPECT_FALSE(scene.address());
    EXPECT_EQ(scene.v4().state, State::disagreement);
    EXPECT_THAT(scene.v4().reason, ::testing::HasSubstr("disagree"));
}

TEST(Consensus, IsWithdrawnWhenOnlyAMinorityIsLeft) {
    Scene scene;
    scene.say(relay, "relay.example:4433", kA);
    scene.say(pcp, "192.168.1.1", kA);
    scene.say(stun, "stun.example.net:3478", kA);
    scene.say(pcp, "192.168.1.1", kB);
    EXPECT_EQ(scene.address(), kA);
    scene.say(relay, "relay.example:4433", kC);
    EXPECT_FALSE(scene.address());
}

TEST(Consensus, PrivateAddressesAreNoVotes) {
    Scene scene;
    scene.say(interface, "eth0", kPrivate);
    scene.say(pcp, "192.168.1.1", IpAddress::parse("100.64.0.9").value());
    scene.say(upnp, "192.168.1.1", IpAddress());
    scene.say(stun, "a.example", kPrivate);
    scene.say(stun, "b.example", kPrivate);
    EXPECT_EQ(scene.v4().state, State::nothing_said);
    EXPECT_FALSE(scene.address());
}

TEST(Consensus, HopsAreNotAsked) {
    Scene scene;
    scene.say(hop, "hop 1", kA);
    scene.say(hop, "hop 2", kA);
    EXPECT_TRUE(scene.consensus.statements().empty());
}

// An interface of IPv6 has many addresses; which one counts is for the others to say.
TEST(Consensus, FamiliesStandApartAndInterfacesHaveManyAddresses) {
    Scene scene;
    const auto other6 = IpAddress::parse("2001:db8::99").value();
    scene.settle(kA);
    scene.say(interface, "eth0", other6);
    scene.say(interface, "eth0", k6);
    scene.say(interface, "eth0", other6);
    scene.say(relay, "relay.example:4433", k6);
    EXPECT_EQ(scene.consensus.view(Family::v6).address, k6);
    EXPECT_EQ(scene.consensus.view(Family::v6).state, State::agreed);
    EXPECT_EQ(scene.address(), kA);
    scene.consensus.forget(interface, "eth0", k6, scene.now);
    EXPECT_EQ(scene.consensus.view(Family::v6).state, State::contested);
}

TEST(Consensus, StatementsGrowOld) {
    Scene scene;
    scene.settle(kA);
    scene.pass(kRelayAge);  // relay and STUN are silent, router and echo service still count
    EXPECT_EQ(scene.address(), kA);
    EXPECT_EQ(scene.v4().voices, 2);
    EXPECT_LE(scene.consensus.deadline(), scene.now + kRouterAge);
    scene.pass(kRouterAge);
    EXPECT_FALSE(scene.address());
    EXPECT_EQ(scene.v4().state, State::nothing_said);
    EXPECT_EQ(scene.consensus.deadline(), kNever);
}

TEST(Consensus, LateNewsDoNotReplaceNewerOnes) {
    Scene scene;
    scene.settle(kA);
    const Evidence late{
        .source = relay, .from = "relay.example:4433", .address = kB, .at = scene.now - 5min};
    scene.consensus.add(late, scene.now);
    EXPECT_EQ(scene.v4().state, State::agreed);
}

TEST(Consensus, KeepsABoundedNumberOfStatements) {
    Scene scene;
    for (std::size_t i = 0; i < 3 * kMaxStatements; ++i)
        scene.say(stun, ("host" + std::to_string(i) + ".example").c_str(), kA);
    EXPECT_EQ(scene.consensus.statements().size(), kMaxStatements);
    EXPECT_EQ(scene.address(), kA);
}

/// What each voice said last, kept by the test itself.
struct Heard {
    IpAddress address;
    TimePoint at;
    Duration age;
};

// Whatever a few sources say in whatever order: what is published is public, and of those who have
// spoken since the last event, or of all, at least half stand behind it.
TEST(Consensus, NeverPublishesWhatOnlyAMinoritySays) {
    std::size_t published = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937_64 random(seed);
        const auto below = [&](std::uint64_t bound) { return random() % bound; };
        const std::vector<IpAddress> addresses{kA, kA, kA, kB, kB, kC, kPrivate, IpAddress()};
        const std::vector<std::pair<EvidenceSource, Duration>> voices{{relay, kRelayAge},
                                                                      {pcp, kRouterAge},
                                                                      {stun, kStunAge},
                                                                      {stun, kStunAge},
                                                                      {echo, kEchoAge}};
        Consensus consensus(lab());
        std::map<std::size_t, Heard> heard;
        TimePoint now{24h};
        TimePoint event{};
        for (int step = 0; step < 60; ++step) {
            now += std::chrono::seconds(1 + below(90));
            if (below(12) == 0) consensus.on_strong_event(event = now);
            const std::size_t who = below(voices.size());
            const IpAddress address = addresses[below(addresses.size())];
            const auto [source, age] = voices[who];
            consensus.add({.source = source,
                           .from = "voice" + std::to_string(who),
                           .address = address,
                           .at = now},
                          now);
            heard[who] = {address, now, age};
            const auto& view = consensus.view(Family::v4);
            if (!view.address) continue;
            ++published;
            std::size_t all = 0, of_all = 0, fresh = 0, of_fresh = 0;
            for (const auto& [index, said] : heard) {
                if (said.at + said.age <= now || !lab().contains(said.address)) continue;
                const bool same = said.address == *view.address;
                ++all;
                of_all += same;
                fresh += said.at >= event;
                of_fresh += same && said.at >= event;
            }
            EXPECT_TRUE(lab().contains(*view.address));
            EXPECT_GT(of_all, 0U);
            const bool of_those_since = of_fresh > 0 && 2 * of_fresh >= fresh;
            EXPECT_TRUE(2 * of_all >= all || of_those_since) << "seed " << seed;
        }
    }
    EXPECT_GT(published, 1000U);
}

}  // namespace
}  // namespace homeport::reach
