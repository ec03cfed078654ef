#include "tunnel/protocol/offer.hpp"

#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

HostGlob host(std::string_view text) {
    return *HostGlob::parse(text);
}

Offer web(std::uint32_t id = 1) {
    Offer offer{.id = id, .name = "web", .kind = ServiceKind::http};
    offer.hosts = {host("home.example.net"), host("*.lab.example.net")};
    offer.allow = {*Cidr::parse("192.0.2.0/24"), *Cidr::parse("2001:db8::/32")};
    offer.deny = {*Cidr::parse("192.0.2.7")};
    offer.stand_in_html = "<p>away</p>";
    return offer;
}

Offer games(std::uint32_t id = 2) {
    Offer offer{.id = id, .name = "games", .kind = ServiceKind::tcp};
    offer.ports = PortRange{42000, 42010};
    return offer;
}

Offer files(std::uint32_t id = 3) {
    Offer offer{.id = id, .name = "files", .kind = ServiceKind::ftp};
    offer.hosts = {host("ftp.example.net")};
    offer.ports = PortRange{21, 21};
    offer.direct = Direct::only;
    return offer;
}

bool refused(const std::vector<Offer>& offers) {
    const auto decoded = decode_offers(encode_offers(offers));
    return !decoded && decoded.error().code == Errc::protocol;
}

TEST(Offer, RoundTrip) {
    const std::vector<std::vector<Offer>> lists{
        {}, {web()}, {games()}, {files()}, {web(), games(), files()}, {web(0xffffffff), games(0)}};
    for (const auto& list : lists) EXPECT_EQ(decode_offers(encode_offers(list)).value(), list);
}

TEST(Offer, SaysWhetherVisitorsComeStraight) {
    for (const Direct direct : {Direct::never, Direct::automatic, Direct::only}) {
        Offer offer = games();
        offer.direct = direct;
        EXPECT_EQ(decode_offers(encode_offers({offer})).value().front().direct, direct);
    }
    auto bytes = encode_offers({games()});
    bytes.back() = std::byte{3};
    EXPECT_FALSE(decode_offers(bytes));
}

// Such hosts only answer addresses.
TEST(Offer, PortsMayHaveHosts) {
    Offer shell = games();
    shell.hosts = {host("ssh.example.net"), host("*.lab.example.net")};
    EXPECT_EQ(decode_offers(encode_offers({shell})).value(), std::vector<Offer>{shell});
}

TEST(Offer, LimitsThemselvesAreAccepted) {
    std::vector<Offer> offers;
    for (std::uint32_t id = 0; id < kMaxOffers; ++id) offers.push_back(games(id));
    Offer& large = offers[0] = web(0);
    large.name = std::string(kMaxNameBytes, 'n');
    large.hosts.assign(kMaxHostsPerOffer, host("a.example.net"));
    large.allow.assign(kMaxRulesPerOffer, *Cidr::parse("192.0.2.0/24"));
    large.deny.assign(kMaxRulesPerOffer, *Cidr::parse("2001:db8::/32"));
    large.stand_in_html = std::string(kMaxStandInBytes, 'h');
    EXPECT_EQ(decode_offers(encode_offers(offers)).value(), offers);
}

TEST(Offer, OneMoreIsRefused) {
    std::vector<Offer> many;
    for (std::uint32_t id = 0; id <= kMaxOffers; ++id) many.push_back(games(id));
    EXPECT_TRUE(refused(many));
    const auto with = [](auto change) {
        Offer offer = web();
        change(offer);
        return std::vector<Offer>{offer};
    };
    EXPECT_TRUE(refused(with([](Offer& o) { o.name = std::string(kMaxNameBytes + 1, 'n'); })));
    EXPECT_TRUE(refused(with([](Offer& o) { o.hosts.assign(kMaxHostsPerOffer + 1, o.hosts[0]); })));
    EXPECT_TRUE(refused(with([](Offer& o) { o.allow.assign(kMaxRulesPerOffer + 1, o.allow[0]); })));
    EXPECT_TRUE(refused(with([](Offer& o) { o.deny.assign(kMaxRulesPerOffer + 1, o.deny[0]); })));
    EXPECT_TRUE(
        refused(with([](Offer& o) { o.stand_in_html = std::string(kMaxStandInBytes + 1, 'h'); })));
}

// tcp and ftp have ports, the others hosts and no ports; ftp has one, and no way over the relay;
// names are there, ids differ.
TEST(Offer, ShapesThatMakeNoSense) {
    const auto with = [](Offer offer, auto change) {
        change(offer);
        return std::vector<Offer>{offer};
    };
    EXPECT_TRUE(refused(with(games(), [](Offer& o) { o.ports.reset(); })));
    EXPECT_TRUE(refused(with(files(), [](Offer& o) { o.ports.reset(); })));
    EXPECT_TRUE(refused(with(files(), [](Offer& o) { o.ports->last = 22; })));
    EXPECT_TRUE(refused(with(files(), [](Offer& o) { o.direct = Direct::automatic; })));
    EXPECT_TRUE(refused(with(files(), [](Offer& o) { o.direct = Direct::never; })));
    EXPECT_TRUE(refused(with(web(), [](Offer& o) { o.ports = PortRange{1, 1}; })));
    EXPECT_TRUE(refused(with(web(), [](Offer& o) { o.hosts.clear(); })));
    EXPECT_TRUE(refused(with(web(), [](Offer& o) { o.name.clear(); })));
    EXPECT_TRUE(refused({web(3), games(3)}));
}

// Cut at each byte, or with a byte behind: refused.
TEST(Offer, Damage) {
    auto bytes = encode_offers({web(), games()});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_offers(Bytes(bytes).first(size))) << size;
    }
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decode_offers(bytes));
}

// Changed at random, it is refused or still obeys the limits.
TEST(Offer, RandomDamage) {
    testing::Random random(3);
    const auto whole = encode_offers({web(), games(), files()});
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = whole;
        for (int i = 0; i < 3; ++i)
            bytes[random.below(bytes.size())] = static_cast<std::byte>(random.next());
        const auto decoded = decode_offers(bytes);
        if (!decoded) continue;
        for (const Offer& offer : *decoded) {
            ASSERT_FALSE(offer.name.empty());
            ASSERT_EQ(offer.ports.has_value(),
                      offer.kind == ServiceKind::tcp || offer.kind == ServiceKind::ftp);
            ASSERT_EQ(decode_offers(encode_offers(*decoded)).value(), *decoded);
        }
    }
}

TEST(OfferResults, RoundTripAndLimits) {
    const std::vector<OfferResult> results{{1, true, ""},
                                           {0xffffffff, false, "taken by another agent"}};
    const auto bytes = encode_offer_results(results);
    EXPECT_EQ(decode_offer_results(bytes).value(), results);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_offer_results(Bytes(bytes).first(size)));
    }
    EXPECT_FALSE(
        decode_offer_results(encode_offer_results(std::vector<OfferResult>(kMaxOffers + 1))));
    // A reason of any length travels, cut.
    const auto cut =
        decode_offer_results(encode_offer_results({{1, false, std::string(9000, 'r')}}));
    EXPECT_EQ(cut.value()[0].reason.size(), kMaxNameBytes);
}

// Every host must be covered by a granted one, the whole range of ports by one granted range.
TEST(Grants, CoverHostsAndPorts) {
    Grants grants{{host("*.lab.example.net"), host("home.example.net")},
                  {{42000, 42010}, {42011, 42020}}};
    EXPECT_TRUE(check_grants(web(), grants));
    EXPECT_TRUE(check_grants(games(), grants));

    Offer offer = web();
    offer.hosts.push_back(host("other.example.net"));
    const auto denied = check_grants(offer, grants);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, Errc::denied);
    EXPECT_NE(denied.error().what.find("other.example.net"), std::string::npos);

    offer.hosts = {host("lab.example.net")};  // a wildcard does not stand for its own root
    EXPECT_FALSE(check_grants(offer, grants));
    offer.hosts = {host("a.b.lab.example.net")};
    EXPECT_TRUE(check_grants(offer, grants));
    offer.hosts = {host("*.example.net")};  // wider than granted
    EXPECT_FALSE(check_grants(offer, grants));

    Offer ports = games();
    for (const PortRange range : {PortRange{41999, 42000}, PortRange{42010, 42011},
                                  PortRange{42020, 42021}, PortRange{1, 65535}}) {
        ports.ports = range;
        EXPECT_FALSE(check_grants(ports, grants)) << range.to_string();
    }
    EXPECT_FALSE(check_grants(web(), {}));
    EXPECT_FALSE(check_grants(games(), {}));
}

}  // namespace
}  // namespace homeport::tunnel
