#include "dns/server/zone_keeper.hpp"

#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;  // of dns
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixSeconds kNow = 1'800'000'000;

struct ZoneKeeperTest : ::testing::Test {
    struct NotingLog final : Log {
        std::vector<std::string> events;
        bool enabled(Level) const override { return true; }
        void write(Level, std::string_view event, std::initializer_list<Field>) override {
            events.emplace_back(event);
        }
    };

    ZoneBoard board;
    NotingLog log;
    ZoneKeeper keeper{board, log, 30};

    ZoneKeeperTest() {
        keeper.load({make_zone("example.net.", {a("www.example.net."), a("x.deep.example.net.")}),
                     make_zone("sub.example.net.", {})});
        keeper.commit(kNow);
    }
    static HomeName home(std::string_view owner, std::vector<std::string> addresses) {
        HomeName made{name(owner), {}};
        for (const std::string& address : addresses)
            made.addresses.push_back(IpAddress::parse(address).value());
        return made;
    }
    /// The addresses that a name has now, as texts.
    std::vector<std::string> shown(std::string_view owner) {
        const Zone* const zone = board.zones().find(name(owner));
        const ZoneNode* const node = zone == nullptr ? nullptr : zone->nodes().find(name(owner));
        std::vector<std::string> texts;
        if (node == nullptr) return texts;
        for (const Bytes rdata : node->find(RrType::a).records) {
            std::array<std::uint8_t, 4> octets{};
            std::memcpy(octets.data(), rdata.data(), octets.size());
            texts.push_back(IpAddress::v4(octets).to_string());
        }
        if (node->find(RrType::aaaa)) texts.emplace_back("and AAAA");
        return texts;
    }
    std::uint32_t serial(std::string_view apex) {
        return board.zones().find_apex(name(apex))->serial();
    }
};

TEST_F(ZoneKeeperTest, HomesNamesComeAndGo) {
    keeper.set_home("attic", {home("a.example.net.", {"198.51.100.20", "2001:db8::20"}),
                              home("*.a.example.net.", {"198.51.100.20"}),
                              home("b.example.org.", {"198.51.100.20"})});
    EXPECT_THAT(shown("a.example.net."), IsEmpty()) << "not before the commit";
    keeper.commit(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20", "and AAAA"));
    EXPECT_THAT(shown("*.a.example.net."), ElementsAre("198.51.100.20"));
    keeper.set_home("attic", {home("a.example.net.", {"203.0.113.5"})});
    keeper.commit(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("203.0.113.5"));
    EXPECT_THAT(shown("*.a.example.net."), IsEmpty());
    keeper.set_home("attic", {});
    keeper.commit(kNow);
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(log.events, IsEmpty());
}

TEST_F(ZoneKeeperTest, TheDeepestZoneGetsTheName) {
    const std::uint32_t before = serial("example.net.");
    keeper.set_home("attic", {home("a.sub.example.net.", {"198.51.100.20"})});
    keeper.commit(kNow + 10);
    EXPECT_THAT(shown("a.sub.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_EQ(serial("example.net."), before);
    EXPECT_EQ(serial("sub.example.net."), kNow + 10);
}

// What the owner of the relay wrote, and what another home has, is not taken.
TEST_F(ZoneKeeperTest, NamesThatAreTaken) {
    keeper.set_home("attic", {home("www.example.net.", {"198.51.100.20"}),
                              home("a.example.net.", {"198.51.100.20"}),
                              home("deep.example.net.", {"198.51.100.20"})});
    keeper.set_home("shed", {home("A.example.net.", {"203.0.113.9"})});
    keeper.commit(kNow);
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_THAT(shown("deep.example.net."), ElementsAre("198.51.100.20")) << "was empty";
    EXPECT_THAT(log.events, ElementsAre("dns.name_taken", "dns.name_taken"));
    keeper.set_home("shed", {});
    keeper.set_home("attic", {});
    keeper.commit(kNow);
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("x.deep.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
}

// The serial follows the clock, never goes back, and steps once for many changes.
TEST_F(ZoneKeeperTest, Serials) {
    EXPECT_EQ(serial("example.net."), kNow);
    keeper.commit(kNow + 5);
    EXPECT_EQ(serial("example.net."), kNow) << "nothing has changed";
    for (int i = 0; i < 100; ++i)
        keeper.set_home("h" + std::to_string(i),
                        {home("h" + std::to_string(i) + ".example.net.", {"198.51.100.20"})});
    keeper.commit(kNow + 5);
    EXPECT_EQ(serial("example.net."), kNow + 5);
    keeper.set_home("h1", {});
    keeper.commit(kNow - 1000);
    EXPECT_EQ(serial("example.net."), kNow + 6);
    keeper.set_home("h2", {home("h2.example.net.", {"198.51.100.20"})});
    EXPECT_FALSE(keeper.changed()) << "as it was";
}

// A reload replaces what stands in files and keeps the homes.
TEST_F(ZoneKeeperTest, Reload) {
    keeper.set_home("attic", {home("a.example.net.", {"198.51.100.20"})});
    keeper.commit(kNow);
    keeper.load({make_zone("example.net.", {a("new.example.net.")})});
    keeper.commit(kNow);
    EXPECT_THAT(shown("new.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("www.example.net."), IsEmpty());
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_EQ(board.zones().size(), 1U);
    EXPECT_EQ(serial("example.net."), kNow + 2) << "of another zone with the same apex";
    keeper.load({});
    keeper.commit(kNow);
    EXPECT_EQ(board.zones().size(), 0U);
}

}  // namespace
}  // namespace homeport::dns
