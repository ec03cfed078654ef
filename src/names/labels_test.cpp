#include "names/labels.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

TEST(LabelsTest, LdhRule) {
    for (const char* good : {"a", "alice", "a-b", "x1", "1x", "xn--mnchen-3ya", "a--b", "ab-c"})
        EXPECT_TRUE(is_ldh_label(good)) << good;
    for (const char* bad : {"", "-a", "a-", "ab--c", "Alice", "a_b", "a.b", "a b", "m\xc3\xbc"})
        EXPECT_FALSE(is_ldh_label(bad)) << bad;
    EXPECT_TRUE(is_ldh_label(std::string(63, 'a')));
    EXPECT_FALSE(is_ldh_label(std::string(64, 'a')));
}

TEST(LabelsTest, HostNames) {
    EXPECT_EQ(read_host_name("Alice.Dyn.Example."), "alice.dyn.example");
    for (const char* bad : {"", ".", "alice", "alice..example", ".example", "a_b.example", "a.b.."})
        EXPECT_FALSE(read_host_name(bad).has_value()) << bad;
    std::string longest(250, 'a');
    for (std::size_t i = 50; i < longest.size(); i += 50) longest[i] = '.';
    EXPECT_TRUE(read_host_name(longest).has_value());
    EXPECT_FALSE(read_host_name(longest + ".abc").has_value());
    EXPECT_EQ(split_name("alice.dyn.example").label, "alice");
    EXPECT_EQ(split_name("alice.dyn.example").parent, "dyn.example");
}

TEST(LabelsTest, AccountNames) {
    EXPECT_EQ(read_account_name("Alice"), "alice");
    EXPECT_FALSE(read_account_name("al").has_value());
    EXPECT_FALSE(read_account_name("alice:x").has_value());
    EXPECT_FALSE(read_account_name(std::string(33, 'a')).has_value());
}

TEST(LabelsTest, ReservedWords) {
    const ReservedWords words({"Intranet", "bank*"});
    for (const char* taken :
         {"www", "ns", "ns1", "ns23", "mx10", "mail2", "wpad", "isatap", "autodiscover",
          "localhost", "postmaster", "intranet", "intranet2", "bank", "bank-of-nowhere"})
        EXPECT_TRUE(words.contains(taken)) << taken;
    for (const char* free : {"alice", "nsa", "mxyz", "wwwa", "1234", "myban"})
        EXPECT_FALSE(words.contains(free)) << free;
    EXPECT_FALSE(ReservedWords({}).contains("bank"));
}

}  // namespace
}  // namespace homeport::names
