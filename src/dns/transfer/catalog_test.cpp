#include "dns/transfer/catalog.hpp"

#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;

struct CatalogTest : ::testing::Test {
    CatalogTest() { EXPECT_TRUE(put_catalog(editor, 7)); }

    void list(const std::vector<Name>& wanted) {
        ASSERT_TRUE(set_catalog_members(editor, members, wanted));
        members = wanted;
    }
    std::vector<std::string> changes() {
        std::vector<std::string> found;
        const ZoneUpdate update = editor.commit().value();
        for (const RrsetChange& change : update.changes) {
            const bool came = static_cast<bool>(change.after());
            found.push_back((came ? "+" : "-") + change.owner().to_text() + " " +
                            to_text(change.type));
        }
        return found;
    }

    ZoneEditor editor{name("catalog.")};
    std::vector<Name> members;
};

// RFC 9432: NS invalid., version "2", one PTR per member below "zones".
TEST_F(CatalogTest, LooksAsSecondariesExpect) {
    list({name("Example.org."), name(".")});
    const auto zone = editor.commit().value().zone;
    EXPECT_EQ(zone->serial(), 7U);
    EXPECT_EQ(*NameView::read(zone->apex_node().find(RrType::ns).records.front()),
              name("invalid."));
    const ZoneNode* const version = zone->nodes().find(name("version.catalog."));
    EXPECT_EQ(as_text(version->find(RrType::txt).records.front()), "\0012");
    for (const Name& member : members) {
        const Name owner = catalog_owner(member, zone->apex()).value();
        EXPECT_TRUE(owner.view().is_at_or_below(name("zones.catalog.")));
        EXPECT_EQ(owner.view().labels(), 3U);
        const RrsetView pointer = zone->nodes().find(owner)->find(RrType::ptr);
        ASSERT_EQ(pointer.records.count(), 1U);
        EXPECT_EQ(*NameView::read(pointer.records.front()), member);
        EXPECT_EQ(pointer.ttl, 0U);
    }
}

// A label that changed would make secondaries drop the zone: these never change.
TEST_F(CatalogTest, LabelsAreStable) {
    const Name apex = name("catalog.");
    EXPECT_EQ(catalog_owner(name("example.org."), apex)->to_text(),
              "897e75d4f6746337.zones.catalog.");
    EXPECT_EQ(*catalog_owner(name("EXAMPLE.org."), apex),
              *catalog_owner(name("example.ORG."), apex));
    EXPECT_FALSE(*catalog_owner(name("example.org."), apex) ==
                 *catalog_owner(name("example.net."), apex));
}

TEST_F(CatalogTest, OnlyDifferencesChange) {
    list({name("a."), name("b."), name("c.")});
    changes();
    list({name("a."), name("c."), name("d.")});
    const std::string apart = catalog_owner(name("b."), editor.apex())->to_text();
    const std::string new_one = catalog_owner(name("d."), editor.apex())->to_text();
    EXPECT_THAT(changes(),
                ::testing::UnorderedElementsAre("-" + apart + " PTR", "+" + new_one + " PTR"));
    list({name("d."), name("c."), name("a."), name("a.")});
    EXPECT_THAT(changes(), ElementsAre());
    list({});
    EXPECT_EQ(changes().size(), 3U);
}

TEST_F(CatalogTest, ApexMayBeTooLong) {
    const std::string label(60, 'x');
    const Name apex = name(label + "." + label + "." + label + "." + label);
    ZoneEditor other(apex);
    EXPECT_TRUE(put_catalog(other, 1));
    const auto done = set_catalog_members(other, {}, {name("a.")});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid);
    EXPECT_EQ(other.commit().value().changes.size(), 3U);
}

}  // namespace
}  // namespace homeport::dns
