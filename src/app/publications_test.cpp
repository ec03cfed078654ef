#include "app/publications.hpp"

#include "front/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct FakeMemory final : ParkMemory {
    Result<ParkBoards> load() override { return boards; }
    Result<> save(const ParkBoards& saved) override {
        ++saves;
        if (full) return fail(Errc::io, "disk full");
        boards = saved;
        return {};
    }
    ParkBoards boards;
    int saves = 0;
    bool full = false;
};

struct PublicationsTest : ::testing::Test {
    front::testing::World front;
    NullLog log;
    FakeMemory memory;
    std::unique_ptr<Publications> publications;
    std::map<std::string, std::vector<HomeHost>> told;
    std::vector<HomeChallenge> challenges;

    PublicationsTest() { start(); }
    ~PublicationsTest() override { publications->attach(nullptr); }

    /// Also as a relay that starts again.
    void start() {
        publications =
            std::make_unique<Publications>(Publications::World{front.loop, log, memory}, false);
        publications->tell_hosts(
            [this](const std::string& agent, const std::vector<HomeHost>& hosts) {
                told[agent] = hosts;
            });
        publications->attach(front.front.get());
        publications->remember();
    }
    static tunnel::Offer offer(std::uint32_t id, std::string name, ServiceKind kind,
                               std::string_view host) {
        tunnel::Offer made;
        made.id = id;
        made.name = std::move(name);
        made.kind = kind;
        made.hosts = {HostGlob::parse(host).value()};
        return made;
    }
    /// web and files at one host, cloud below another one.
    void publish(const std::string& agent = "attic", const std::string& before = "") {
        for (const auto& result : publications->publish(
                 agent, {offer(1, "web", ServiceKind::http, before + "a.example.net"),
                         offer(2, "files", ServiceKind::tls, before + "a.example.net"),
                         offer(3, "cloud", ServiceKind::http, "*." + before + "b.example.net")}))
            ASSERT_TRUE(result);
    }
    Result<> park(const std::string& service, const std::string& answer = "stand-in") {
        return publications->park("attic", {service, true, answer});
    }
    Result<> unpark(const std::string& service) {
        return publications->park("attic", {service, false});
    }
    dns::HomeView view(std::string_view host, const std::string& agent = "attic") {
        for (const HomeHost& one : told[agent]) {
            if (one.host.text() == host) return one.view;
        }
        ADD_FAILURE() << host << " is not published";
        return {};
    }
    std::vector<std::string> states() {
        std::vector<std::string> list;
        for (const HostFacts& host : publications->host_facts())
            list.push_back(host.host + " " + std::string(to_string(host.state)));
        return list;
    }
    std::string challenge(const std::string& host, const std::string& text = "value") {
        std::string outcome = "later";
        publications->challenge("attic", {host, text, true}, [&outcome](Result<> done) {
            outcome = done ? "done" : std::string(to_string(done.error().code));
        });
        return outcome;
    }
};

TEST_F(PublicationsTest, StatesFollowTheLink) {
    publish();
    EXPECT_THAT(states(), ElementsAre("*.b.example.net away", "a.example.net away"));
    publications->on_link("attic", true);
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::relayed);
    EXPECT_THAT(states(), ElementsAre("*.b.example.net relayed", "a.example.net relayed"));
    told.clear();
    publications->on_link("attic", true);
    EXPECT_THAT(told, IsEmpty()) << "no news";
    publications->on_link("attic", false);
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::away);
    publications->withdraw("attic");
    EXPECT_THAT(told["attic"], IsEmpty());
}

TEST_F(PublicationsTest, AHostIsParkedWhenAllItsServicesAre) {
    publish();
    ASSERT_TRUE(park("web", "9.9.9.9"));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::away);
    ASSERT_TRUE(park("files", "nothing"));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::parked);
    EXPECT_EQ(view("a.example.net").parked.addresses,
              std::vector<IpAddress>{IpAddress::v4({9, 9, 9, 9})});
    EXPECT_EQ(view("*.b.example.net").state, dns::HomeState::away);
    ASSERT_TRUE(unpark("web"));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::away);
    ASSERT_TRUE(park(""));
    EXPECT_THAT(states(), ElementsAre("*.b.example.net parked", "a.example.net parked"));
}

TEST_F(PublicationsTest, WishesThatAreWrong) {
    EXPECT_EQ(park("").error().code, Errc::not_found);
    publish();
    const auto unknown = park("mail");
    EXPECT_EQ(unknown.error().code, Errc::not_found);
    EXPECT_THAT(unknown.error().what, HasSubstr("web, files, cloud"));
    EXPECT_EQ(park("web", "10.0.0.1").error().code, Errc::invalid);
    EXPECT_EQ(park("web", "").error().code, Errc::invalid);
    EXPECT_EQ(publications->park("shed", {}).error().code, Errc::not_found);
    EXPECT_EQ(memory.saves, 0);
}

// The operator's notice has no answer of its own: visitors come to the relay.
TEST_F(PublicationsTest, TheOperatorParksToo) {
    publish();
    ASSERT_TRUE(publications->park_by_operator("", true));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::parked);
    EXPECT_EQ(view("a.example.net").parked, dns::ParkedAnswer());
    ASSERT_TRUE(park("", "nothing"));
    EXPECT_EQ(view("a.example.net").parked.kind, dns::ParkedAnswer::Kind::nothing);
    ASSERT_TRUE(publications->park_by_operator("", false));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::parked) << "by its owner";
}

TEST_F(PublicationsTest, ParkedBeyondARestart) {
    publish();
    ASSERT_TRUE(park("cloud", "nothing"));
    ASSERT_TRUE(park("cloud", "nothing"));
    EXPECT_EQ(memory.saves, 1) << "it is told again after each reconnect";
    start();
    publish();
    publications->end_of_memory();
    EXPECT_EQ(view("*.b.example.net").state, dns::HomeState::parked);
    EXPECT_EQ(publications->facts()[2].state, ServiceState::parked);
    ASSERT_TRUE(unpark("cloud"));
    start();
    publish();
    EXPECT_EQ(view("*.b.example.net").state, dns::HomeState::away);
}

// A home of the same name that is paired later is another one.
TEST_F(PublicationsTest, ForgottenWithTheHome) {
    publish();
    ASSERT_TRUE(park(""));
    start();
    publications->end_of_memory();
    publish();
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::away);
    ASSERT_TRUE(park(""));
    publications->withdraw("attic");
    EXPECT_THAT(memory.boards, IsEmpty());
}

// A home that comes late must not lose what is saved of it meanwhile.
TEST_F(PublicationsTest, SavingKeepsWhatIsNotPublishedYet) {
    publish("shed", "shed-");
    ASSERT_TRUE(publications->park("shed", {.service = "web"}));
    start();
    publish("attic");
    ASSERT_TRUE(park("web"));
    EXPECT_EQ(memory.boards.size(), 2U);
    publish("shed", "shed-");
    ASSERT_TRUE(unpark(""));
    EXPECT_EQ(memory.boards.size(), 1U);
    EXPECT_TRUE(memory.boards["shed"].parked("web"));
}

TEST_F(PublicationsTest, ParkedThoughItCannotBeSaved) {
    memory.full = true;
    publish();
    EXPECT_TRUE(park(""));
    EXPECT_EQ(view("a.example.net").state, dns::HomeState::parked);
}

const IpAddress kHome = IpAddress::v4({9, 9, 9, 9});
const IpAddress kElsewhere = IpAddress::v4({9, 9, 9, 10});
const IpAddress kHome6 = IpAddress::parse("2001:4860::1").value();

/// A site that may be visited straight, a shell behind a name of its own, files that only come
/// straight.
struct StraightTest : PublicationsTest {
    StraightTest() {
        publish_straight();
        publications->on_link("attic", true);
        publications->on_seen("attic", {kHome, 4711}, false);
    }
    std::vector<tunnel::Offer> offers() {
        auto web = offer(1, "web", ServiceKind::http, "a.example.net");
        web.direct = Direct::automatic;
        auto shell = offer(2, "shell", ServiceKind::tcp, "b.example.net");
        shell.ports = PortRange{2222, 2222};
        auto files = offer(3, "files", ServiceKind::ftp, "c.example.net");
        files.ports = PortRange{2121, 2121};
        files.direct = Direct::only;
        return {web, shell, files};
    }
    void publish_straight() {
        for (const auto& result : publications->publish("attic", offers())) ASSERT_TRUE(result);
    }
    void probed(const std::string& service, bool reached = true, const IpAddress& at = kHome) {
        publications->on_probe("attic", service, at, reached);
    }
    std::vector<IpAddress> shown(std::string_view host) {
        return dns::answer_of(view(host), {IpAddress::v4({192, 0, 2, 1})}, front.loop.now())
            .addresses;
    }
    std::string probe(const std::string& service) {
        std::string outcome = "later";
        publications->probe("attic", {.address = kHome, .port = 80, .service = service},
                            [&outcome](Result<> done) {
                                outcome = done ? "done" : std::string(to_string(done.error().code));
                            });
        return outcome;
    }
};

TEST_F(StraightTest, WhileProvenAndLinked) {
    EXPECT_THAT(states(), ElementsAre("a.example.net relayed", "b.example.net relayed",
                                      "c.example.net unproven"));
    for (const char* const service : {"web", "shell", "files", "mail"}) probed(service);
    publications->on_probe("shed", "web", kHome, true);
    EXPECT_THAT(states(), ElementsAre("a.example.net direct", "b.example.net relayed",
                                      "c.example.net direct"));
    front.loop.advance(DirectProofs::kTime);
    EXPECT_FALSE(view("a.example.net").direct) << "told when it is over";
    EXPECT_THAT(shown("c.example.net"), IsEmpty());
    probed("web");
    publications->on_link("attic", false);
    EXPECT_FALSE(view("a.example.net").direct) << "it may be elsewhere now";
    publications->on_link("attic", true);
    EXPECT_TRUE(view("a.example.net").direct) << "it was silent for a moment";
    publications->on_link("attic", false);
    publications->on_link("attic", true);
    publications->on_seen("attic", {kHome, 4712}, false);
    EXPECT_FALSE(view("a.example.net").direct) << "another process has other doors";
    publications->on_link("attic", false);
    probed("web");
    EXPECT_FALSE(view("a.example.net").direct) << "it has no link";
}

TEST_F(StraightTest, RenewedInTime) {
    for (int i = 0; i < 10; ++i) {
        probed("web");
        front.loop.advance(20s);
        ASSERT_THAT(shown("a.example.net"), ElementsAre(kHome)) << i;
    }
    told.clear();
    front.loop.advance(29s);
    EXPECT_THAT(told, IsEmpty());
    front.loop.advance(2s);
    EXPECT_FALSE(view("a.example.net").direct);
}

// IPv6 goes silent; the path over IPv4 stands all the time.
TEST_F(StraightTest, OneFamilyGrowsOld) {
    probed("web", true, kHome6);
    for (int second = 0; second < 120; ++second) {
        if (second % 20 == 0) probed("web");
        front.loop.advance(1s);
        ASSERT_THAT(shown("a.example.net"), ::testing::Contains(kHome)) << second;
    }
    EXPECT_THAT(shown("a.example.net"), ElementsAre(kHome));
}

TEST_F(StraightTest, OneFailureIsForgiven) {
    probed("web");
    probed("web", false);
    EXPECT_THAT(shown("a.example.net"), ElementsAre(kHome));
    probed("web", false);
    EXPECT_EQ(view("a.example.net").direct, std::nullopt);
    EXPECT_EQ(states()[0], "a.example.net relayed");
}

TEST_F(StraightTest, NotWhereTheHomeHasBeen) {
    probed("web");
    probed("web", true, kHome6);
    publications->on_seen("attic", {kHome, 4999}, true);
    EXPECT_THAT(shown("a.example.net"), ElementsAre(kHome, kHome6));
    publications->on_seen("attic", {kElsewhere, 4712}, true);
    EXPECT_EQ(view("a.example.net").direct->addresses, std::vector<IpAddress>{kHome6});
    probed("web");
    EXPECT_EQ(view("a.example.net").direct->addresses, std::vector<IpAddress>{kHome6})
        << "this probe began before it moved";
    probed("web", true, kElsewhere);
    EXPECT_THAT(shown("a.example.net"), ElementsAre(kElsewhere, kHome6));
}

// An agent announces again after each fresh attach.
TEST_F(StraightTest, ProofsOutliveAnAnnouncementOfTheSame) {
    probed("web");
    probed("files");
    publish_straight();
    EXPECT_TRUE(view("a.example.net").direct);
    auto changed = offers();
    changed[2].ports = PortRange{2122, 2122};
    publications->publish("attic", changed);
    EXPECT_TRUE(view("a.example.net").direct);
    EXPECT_FALSE(view("c.example.net").direct) << "another port";
    changed[0].direct = Direct::never;
    publications->publish("attic", changed);
    EXPECT_FALSE(view("a.example.net").direct);
    probed("web");
    EXPECT_FALSE(view("a.example.net").direct);
}

TEST_F(StraightTest, TheFrontForwardsNoneThatOnlyComeStraight) {
    const auto status = front.front->status();
    ASSERT_EQ(status.size(), 2U);
    EXPECT_EQ(status[0].name, "web");
    EXPECT_EQ(status[1].name, "shell");
    EXPECT_EQ(publications->facts()[2].state, ServiceState::away);
    probed("files");
    EXPECT_EQ(publications->facts()[2].state, ServiceState::up);
    ASSERT_TRUE(park("files", "nothing"));
    EXPECT_EQ(publications->facts()[2].state, ServiceState::parked);
    EXPECT_EQ(states()[2], "c.example.net parked");
    auto twice = offers();
    twice.push_back(twice[2]);
    const auto results = publications->publish("attic", twice);
    EXPECT_TRUE(results[2]);
    ASSERT_FALSE(results[3]);
    EXPECT_EQ(results[3].error().code, Errc::exists);
}

TEST_F(StraightTest, ProbesOfServicesThatMayBeVisited) {
    EXPECT_EQ(probe("web"), "closed") << "nobody dials";
    std::vector<std::string> asked;
    publications->hand_probes(
        [&](const std::string& agent, const tunnel::ProbeWish& wish, Publications::Done done) {
            asked.push_back(agent + " " + wish.service);
            done({});
        });
    EXPECT_EQ(probe("web"), "done");
    EXPECT_EQ(probe("files"), "done");
    EXPECT_EQ(probe(""), "done") << "for none";
    EXPECT_EQ(probe("shell"), "denied");
    EXPECT_EQ(probe("mail"), "denied");
    EXPECT_THAT(asked, ElementsAre("attic web", "attic files", "attic "));
    publications->withdraw("attic");
    EXPECT_EQ(probe("web"), "denied");
}

TEST_F(PublicationsTest, ChallengesOfOwnHostsOnly) {
    publish();
    EXPECT_EQ(challenge("a.example.net"), "not_found") << "no name server";
    publications->hand_challenges([this](HomeChallenge challenge, Publications::Done done) {
        challenges.push_back(std::move(challenge));
        done({});
    });
    EXPECT_EQ(challenge("A.Example.net."), "done");
    EXPECT_EQ(challenge("b.example.net"), "done");
    EXPECT_EQ(challenge("*.b.example.net"), "done");
    ASSERT_EQ(challenges.size(), 3U);
    EXPECT_EQ(challenges[0].host, "a.example.net");
    EXPECT_EQ(challenges[0].home, "attic");
    EXPECT_EQ(challenges[1].host, "b.example.net");
    EXPECT_EQ(challenges[2].host, "b.example.net");
    for (const char* const host : {"c.example.net", "x.b.example.net", "example.net", "", "*",
                                   "*.a.example.net", "_acme-challenge.a.example.net"})
        EXPECT_EQ(challenge(host), "denied") << host;
    EXPECT_EQ(challenge("a.example.net", ""), "denied");
    EXPECT_EQ(challenge("a.example.net", "two words"), "denied");
    EXPECT_EQ(challenge("a.example.net", std::string(256, 'x')), "denied");
    EXPECT_EQ(challenge("a.example.net", std::string(255, 'x')), "done");
    publications->withdraw("attic");
    EXPECT_EQ(challenge("a.example.net"), "denied");
}

// What another home has first is not ours to prove.
TEST_F(PublicationsTest, ARefusedOfferProvesNothing) {
    publish("shed");
    publications->hand_challenges([](HomeChallenge, Publications::Done done) { done({}); });
    const auto results =
        publications->publish("attic", {offer(1, "web", ServiceKind::http, "a.example.net")});
    ASSERT_FALSE(results[0]);
    EXPECT_EQ(challenge("a.example.net"), "denied");
    EXPECT_THAT(told["attic"], IsEmpty());
}

}  // namespace
}  // namespace homeport::app
