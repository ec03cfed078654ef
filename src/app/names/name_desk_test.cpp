#include "app/names/name_desk.hpp"

#include "app/names/limits.hpp"
#include "dns/zone/testing.hpp"
#include "net/pump_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kHost = "a.example.net";

struct NoStore final : store::NameStore {
    Result<> apply(std::span<const store::NameChange>) override { return {}; }
    Result<store::NameState> load() override { return store::NameState(); }
    Result<std::vector<store::StoredEvidence>> evidence(const std::string&, std::size_t) override {
        return std::vector<store::StoredEvidence>();
    }
};

struct NoMailbox final : net::Mailbox {
    void send(std::move_only_function<void()>) override {}
};

struct ZeroEntropy final : net::Entropy {
    void fill(MutableBytes out) override { std::ranges::fill(out, std::byte{0}); }
};

struct NameDeskTest : ::testing::Test {
    net::testing::FakeLoop loop;
    net::testing::NoNetwork network;
    ZeroEntropy entropy;
    NullLog log;
    NamesWorld world{loop, network, entropy, log};
    NoMailbox mailbox;
    dns::ZoneBoard board;
    std::unique_ptr<NameDesk> desk;
    std::vector<std::string> outcomes;

    NameDeskTest() {
        config::Relay settings;
        settings.dns = config::Dns{.addresses = {IpAddress::v4({198, 51, 100, 20})}};
        desk =
            std::make_unique<NameDesk>(NameDesk::Parts{world, mailbox, board, 1000, {}}, settings,
                                       std::make_unique<NoStore>(), store::NameState());
        EXPECT_TRUE(desk->start({{dns::testing::make_zone("example.net.", {})}}, {}));
        loop.run();
        loop.advance(1s);
    }
    ~NameDeskTest() override { desk.reset(); }

    const dns::Zone* zone() {
        return board.zones().find_apex(dns::testing::name("example.net.")).get();
    }
    /// Its last octet; 0: it has no address.
    unsigned answer(const std::string& host = kHost) {
        const dns::ZoneNode* const node = zone()->nodes().find(dns::testing::name(host + "."));
        const dns::RrsetView set = node == nullptr ? dns::RrsetView() : node->find(dns::RrType::a);
        return set ? std::to_integer<unsigned>(set.records.front()[3]) : 0;
    }
    std::size_t texts() {
        const dns::ZoneNode* const node =
            zone()->nodes().find(dns::testing::name("_acme-challenge.a.example.net."));
        return node == nullptr ? 0 : node->find(dns::RrType::txt).records.count();
    }
    /// Until a serial has stepped, and a change would be shown at once.
    void settle() {
        loop.run();
        loop.advance(1s);
        loop.advance(kHomePause);
    }
    void set_home(dns::HomeView view) {
        desk->set_home("attic", {{dns::testing::name(kHost + "."), std::move(view)}});
    }
    static dns::HomeView parked(std::uint8_t last) {
        dns::HomeView view{.state = dns::HomeState::parked};
        view.parked = {dns::ParkedAnswer::Kind::addresses, {IpAddress::v4({9, 9, 9, last})}};
        return view;
    }
    void challenge(const std::string& text, bool present = true, const std::string& host = kHost) {
        desk->challenges().take({"attic", host, text, present}, [this](Result<> done) {
            outcomes.push_back(done ? "done with " + std::to_string(texts())
                                    : std::string(to_string(done.error().code)));
        });
    }
};

// Nothing but this turn of the loop lies between a change and its answer.
TEST_F(NameDeskTest, AStateIsAnsweredAtOnce) {
    set_home({});
    loop.run();
    EXPECT_EQ(answer(), 20U);
    loop.advance(kHomePause);
    set_home(parked(7));
    loop.run();
    EXPECT_EQ(answer(), 7U);
}

TEST_F(NameDeskTest, AStormIsShownInSteps) {
    int shown = 0;
    const dns::Zone* before = zone();
    for (std::uint8_t i = 1; i <= 100; ++i) {
        set_home(parked(i));
        loop.run();
        shown += zone() != before ? 1 : 0;
        before = zone();
        loop.advance(1ms);
    }
    EXPECT_GE(shown, 15);
    EXPECT_LE(shown, 20) << "one in 5 ms";
    loop.advance(kHomePause);
    EXPECT_EQ(answer(), 100U) << "the last one is not lost";
}

TEST_F(NameDeskTest, ADirectPathEndsByItself) {
    dns::HomeView view;
    view.direct = dns::DirectPath{{IpAddress::v4({9, 9, 9, 9})}, loop.now()};
    set_home(view);
    loop.run();
    EXPECT_EQ(answer(), 9U);
    loop.advance(dns::kDirectProofTime - 1ms);
    EXPECT_EQ(answer(), 9U);
    loop.advance(1ms);
    EXPECT_EQ(answer(), 20U);
}

TEST_F(NameDeskTest, ChallengesAreDoneWhenTheyAreShown) {
    set_home({});
    settle();
    challenge("one");
    EXPECT_THAT(outcomes, IsEmpty());
    loop.run();
    EXPECT_THAT(outcomes, ElementsAre("done with 1"));
    challenge("two");
    loop.run();
    EXPECT_THAT(outcomes, ElementsAre("done with 1")) << "not published yet";
    loop.advance(kHomePause);
    EXPECT_THAT(outcomes, ElementsAre("done with 1", "done with 2"));
    challenge("one", false);
    loop.advance(kHomePause);
    EXPECT_EQ(outcomes.back(), "done with 1");
    loop.advance(kChallengeTime);
    EXPECT_EQ(texts(), 0U) << "gone by itself";
}

TEST_F(NameDeskTest, ChallengesThatCannotBe) {
    set_home({});
    settle();
    challenge("one", true, "a.example.org");
    EXPECT_THAT(outcomes, ElementsAre("not_found"));
    challenge("one", true,
              std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                  std::string(60, 'd'));
    EXPECT_EQ(outcomes.back(), "denied");
    for (std::size_t i = 0; i < kMaxChallengesPerHost; ++i) challenge(std::to_string(i));
    challenge("more");
    EXPECT_EQ(outcomes.back(), "limit");
    loop.advance(kHomePause);
    EXPECT_EQ(texts(), kMaxChallengesPerHost);
}

// An agent that is revoked proves nothing any longer.
TEST_F(NameDeskTest, ChallengesGoWithTheHost) {
    set_home({});
    challenge("one");
    settle();
    EXPECT_EQ(texts(), 1U);
    desk->set_home("attic", {{dns::testing::name("*.a.example.net."), {}}});
    settle();
    EXPECT_EQ(texts(), 1U) << "of the wildcard";
    desk->set_home("attic", {});
    loop.run();
    EXPECT_EQ(texts(), 0U);
}

}  // namespace
}  // namespace homeport::app
