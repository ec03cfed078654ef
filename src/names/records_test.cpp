#include "names/records.hpp"

#include "dns/wire/rdata.hpp"
#include "dns/wire/rrset.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ZoneName kZone{"dyn.example", dns::Name::parse("dyn.example").value()};

std::uint16_t number(dns::RrType type) {
    return static_cast<std::uint16_t>(type);
}
/// The set is what a zone takes.
void expect_well_formed(const store::StoredSet& set) {
    EXPECT_TRUE(dns::NameView::read(set.owner).has_value());
    const dns::PackedRdata rdata(dns::octets(set.records), set.count);
    EXPECT_EQ(rdata.packed().size(), set.records.size());
    for (const Bytes record : rdata)
        EXPECT_TRUE(dns::check_rdata(static_cast<dns::RrType>(set.type), record).has_value());
}

TEST(RecordsTest, AddressesAndBack) {
    for (const char* text : {"192.0.2.1", "2001:db8::1"}) {
        const IpAddress address = IpAddress::parse(text).value();
        const store::StoredSet set = address_set(kZone, "alice", 60, address);
        expect_well_formed(set);
        EXPECT_EQ(set.zone, "dyn.example");
        EXPECT_EQ(set.ttl, 60U);
        EXPECT_EQ(set.count, 1U);
        EXPECT_EQ(dns::NameView::read(set.owner)->to_text(), "alice.dyn.example.");
        EXPECT_EQ(label_of(kZone, set.owner, set.type), "alice");
        EXPECT_EQ(read_address(set), address);
    }
}

TEST(RecordsTest, TxtAndBack) {
    const std::vector<std::string> values{"one", "", std::string(255, 'x')};
    const store::StoredSet set = txt_set(kZone, "alice", 60, values);
    expect_well_formed(set);
    EXPECT_EQ(dns::NameView::read(set.owner)->to_text(), "_acme-challenge.alice.dyn.example.");
    EXPECT_EQ(label_of(kZone, set.owner, set.type), "alice");
    EXPECT_EQ(read_txt(set), values);
}

TEST(RecordsTest, OthersSetsAreNotOurs) {
    const auto ours = [](const char* name, dns::RrType type) {
        const dns::Name owner = dns::Name::parse(name).value();
        return label_of(kZone, owner.view().wire(), number(type)).has_value();
    };
    EXPECT_TRUE(ours("alice.dyn.example", dns::RrType::a));
    EXPECT_FALSE(ours("dyn.example", dns::RrType::a));
    EXPECT_FALSE(ours(".", dns::RrType::a));
    EXPECT_FALSE(ours("www.alice.dyn.example", dns::RrType::a));
    EXPECT_FALSE(ours("alice.other.example", dns::RrType::a));
    EXPECT_FALSE(ours("alice.dyn.example", dns::RrType::txt));
    EXPECT_FALSE(ours("_acme-challenge.dyn.example", dns::RrType::txt));
    EXPECT_FALSE(ours("alice.dyn.example", dns::RrType::mx));
    EXPECT_FALSE(label_of(kZone, {}, number(dns::RrType::a)).has_value());
}

TEST(RecordsTest, BrokenSetsHoldNothing) {
    store::StoredSet set = address_set(kZone, "alice", 60, IpAddress());
    set.count = 0;
    EXPECT_FALSE(read_address(set).has_value());
    set.count = 1;
    set.records.resize(3);
    EXPECT_FALSE(read_address(set).has_value());
    set = txt_set(kZone, "alice", 60, {"one", "two"});
    set.records.resize(set.records.size() - 1);
    EXPECT_THAT(read_txt(set), ElementsAre("one"));
    set.records[2] = std::byte{9};
    EXPECT_THAT(read_txt(set), IsEmpty());
}

TEST(RecordsTest, Fits) {
    std::string longest(220, 'a');
    for (std::size_t i = 50; i < longest.size(); i += 50) longest[i] = '.';
    const ZoneName zone{longest, dns::Name::parse(longest).value()};
    EXPECT_TRUE(fits("abcdefghijklmno", zone));
    EXPECT_FALSE(fits("abcdefghijklmnop0", zone));
}

}  // namespace
}  // namespace homeport::names
