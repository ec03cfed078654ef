#include "app/names/operator_order.hpp"

#include "app/names/limits.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

template <class T>
T read(std::string_view command, const cli::ControlArguments& arguments) {
    const auto order = read_order(command, arguments);
    if (!order || !std::holds_alternative<T>(*order)) {
        ADD_FAILURE() << command << ": " << (order ? "another order" : order.error().what);
        return {};
    }
    return std::get<T>(*order);
}

TEST(OperatorOrder, CommandsFillTheirFields) {
    const auto takedown = read<names::Takedown>("names-takedown", {{"name", "a.dyn.example"},
                                                                   {"why", "spam"},
                                                                   {"by", "root"},
                                                                   {"lock_account", true},
                                                                   {"block_network", true}});
    EXPECT_EQ(takedown.name, "a.dyn.example");
    EXPECT_EQ(takedown.why, "spam");
    EXPECT_EQ(takedown.by, "root");
    EXPECT_TRUE(takedown.lock_account);
    EXPECT_TRUE(takedown.block_networks);
    EXPECT_EQ(read<BlockNetwork>("names-block", {{"network", "::/0"}, {"why", "x"}}).why, "x");
    EXPECT_EQ(read<UnblockNetwork>("names-unblock", {{"network", "::/0"}}).network, "::/0");
    EXPECT_TRUE(read<LockAccount>("names-lock", {{"account", "bob"}}).locked);
    EXPECT_FALSE(read<LockAccount>("names-unlock", {{"account", "bob"}}).locked);
    EXPECT_EQ(read<SetNotice>("names-notice", {}).text, "");
    EXPECT_EQ(read<ShowOneName>("names-show", {{"name", "a"}}).name, "a");
    EXPECT_EQ(read<ListDs>("dns-ds", {{"zone", "a.test"}}).zone, "a.test");
    EXPECT_EQ(read<ReadEvidence>("names-evidence", {}).limit, kMaxEvidence);
    EXPECT_EQ(read<ReadEvidence>("names-evidence", {{"limit", std::uint64_t{1} << 40}}).limit,
              kMaxEvidence);
}

TEST(OperatorOrder, ListsGoOnWhereAnAnswerEnded) {
    const auto list = read<ListNamesOrder>("names-list", {{"prefix", "Shop"}, {"next", "1.31.7"}});
    EXPECT_EQ(list.prefix, "shop");
    EXPECT_EQ(list.from.zone, 1U);
    EXPECT_EQ(list.from.buckets, 31U);
    EXPECT_EQ(list.from.bucket, 7U);
    EXPECT_EQ(to_text(list.from), "1.31.7");
    for (const char* next : {"x", "1", "1.2", "1.2.-3", "1.2.99999999999"})
        EXPECT_FALSE(read_order("names-accounts", {{"next", next}})) << next;
}

TEST(OperatorOrder, IsStrict) {
    EXPECT_FALSE(is_order("status"));
    EXPECT_FALSE(is_order(""));
    EXPECT_FALSE(read_order("status", {}));
    EXPECT_FALSE(read_order("names-takedown", {{"name", "a"}}));            // no why
    EXPECT_FALSE(read_order("names-show", {}));                             // no name
    EXPECT_FALSE(read_order("names-show", {{"name", true}}));               // another type
    EXPECT_FALSE(read_order("names-show", {{"name", "a"}, {"why", "b"}}));  // unknown here
}

}  // namespace
}  // namespace homeport::app
