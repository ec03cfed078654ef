#include "dns/update/update_policy.hpp"

#include "dns/wire/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

bool allows(const UpdatePolicy& policy, std::string_view owner, RrType type) {
    return policy.allows(name(owner), type, name("example."));
}

TEST(UpdatePolicyTest, NothingWithoutARule) {
    EXPECT_FALSE(allows({}, "x.example.", RrType::a));
    EXPECT_FALSE(UpdatePolicy().covers(name("example.")));
}

TEST(UpdatePolicyTest, ReachOfRules) {
    const UpdatePolicy exact{{{name("x.example."), UpdateReach::exact, {}}}};
    EXPECT_TRUE(allows(exact, "X.example.", RrType::a));
    EXPECT_FALSE(allows(exact, "y.x.example.", RrType::a));
    EXPECT_FALSE(allows(exact, "xx.example.", RrType::a));
    const UpdatePolicy subtree{{{name("x.example."), UpdateReach::subtree, {}}}};
    EXPECT_TRUE(allows(subtree, "x.example.", RrType::a));
    EXPECT_TRUE(allows(subtree, "z.y.x.example.", RrType::a));
    EXPECT_FALSE(allows(subtree, "example.", RrType::a));
    const UpdatePolicy below{{{name("x.example."), UpdateReach::below, {}}}};
    EXPECT_FALSE(allows(below, "x.example.", RrType::a));
    EXPECT_TRUE(allows(below, "y.x.example.", RrType::a));
    EXPECT_FALSE(below.covers(name("x.example.")));
    EXPECT_TRUE(below.covers(name("y.x.example.")));
}

TEST(UpdatePolicyTest, TypesOfRules) {
    const UpdatePolicy policy{{{name("example."), UpdateReach::subtree, {RrType::txt}},
                               {name("x.example."), UpdateReach::exact, {RrType::a}}}};
    EXPECT_TRUE(allows(policy, "x.example.", RrType::txt));
    EXPECT_TRUE(allows(policy, "x.example.", RrType::a));
    EXPECT_FALSE(allows(policy, "y.example.", RrType::a));
}

TEST(UpdatePolicyTest, WhatMustBeNamed) {
    UpdatePolicy policy{{{name("example."), UpdateReach::subtree, {}}}};
    EXPECT_FALSE(allows(policy, "example.", RrType::soa));
    EXPECT_FALSE(allows(policy, "example.", RrType::ns));
    EXPECT_TRUE(allows(policy, "sub.example.", RrType::ns));
    EXPECT_TRUE(allows(policy, "sub.example.", RrType::ds));
    policy.rules.push_back({name("example."), UpdateReach::exact, {RrType::soa, RrType::ns}});
    EXPECT_TRUE(allows(policy, "example.", RrType::soa));
    EXPECT_TRUE(allows(policy, "example.", RrType::ns));
}

TEST(UpdatePolicyTest, SignersTypesNever) {
    for (const RrType type : {RrType::rrsig, RrType::nsec, RrType::nsec3, RrType::nsec3param,
                              RrType::dnskey, RrType::cds, RrType::cdnskey}) {
        const UpdatePolicy policy{{{name("example."), UpdateReach::subtree, {}},
                                   {name("example."), UpdateReach::subtree, {type}}}};
        EXPECT_FALSE(allows(policy, "x.example.", type)) << to_text(type);
    }
}

}  // namespace
}  // namespace homeport::dns
