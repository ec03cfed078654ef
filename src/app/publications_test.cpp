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

TEST_F(PublicationsTest, DirectWhileProvenAndLinked) {
    publish();
    publications->on_link("attic", true);
    const dns::DirectPath path{{IpAddress::v4({9, 9, 9, 9})}, front.loop.now()};
    publications->set_direct("attic", "cloud", path);
    publications->set_direct("attic", "mail", path);
    publications->set_direct("shed", "web", path);
    EXPECT_THAT(states(), ElementsAre("*.b.example.net direct", "a.example.net relayed"));
    EXPECT_EQ(view("*.b.example.net").direct, path);
    front.loop.advance(dns::kDirectProofTime);
    EXPECT_THAT(states(), ElementsAre("*.b.example.net relayed", "a.example.net relayed"));
    publications->set_direct("attic", "cloud", dns::DirectPath{path.addresses, front.loop.now()});
    publications->on_link("attic", false);
    publications->on_link("attic", true);
    EXPECT_FALSE(view("*.b.example.net").direct) << "it may be elsewhere now";
    publications->set_direct("attic", "cloud", dns::DirectPath{path.addresses, front.loop.now()});
    publications->set_direct("attic", "cloud", std::nullopt);
    EXPECT_FALSE(view("*.b.example.net").direct);
    publications->set_direct("attic", "cloud", path);
    publish();
    EXPECT_FALSE(view("*.b.example.net").direct) << "its port may be another";
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
