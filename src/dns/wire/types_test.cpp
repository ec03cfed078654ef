#include "dns/wire/types.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

TEST(Types, MnemonicsBothWays) {
    EXPECT_EQ(to_text(RrType::aaaa), "AAAA");
    EXPECT_EQ(to_text(static_cast<RrType>(12345)), "TYPE12345");
    EXPECT_EQ(parse_rr_type("https"), RrType::https);
    EXPECT_EQ(parse_rr_type("TYPE1"), RrType::a);
    EXPECT_EQ(parse_rr_type("type65535"), static_cast<RrType>(65535));
    for (const auto text : {"", "TYPE", "TYPE65536", "TYPE-1", "AA", "TYPE1x"})
        EXPECT_FALSE(parse_rr_type(text)) << text;
    EXPECT_EQ(parse_rr_class("in"), RrClass::in);
    EXPECT_EQ(to_text(static_cast<RrClass>(77)), "CLASS77");
    EXPECT_EQ(to_text(Rcode::nx_domain), "NXDOMAIN");
    EXPECT_EQ(to_text(static_cast<Rcode>(3841)), "RCODE3841");
    EXPECT_EQ(to_text(Opcode::update), "UPDATE");
    for (unsigned number = 0; number < 65536; ++number) {
        const auto type = static_cast<RrType>(number);
        ASSERT_EQ(parse_rr_type(to_text(type)), type);
    }
}

TEST(Types, MetaTypesStandInNoZone) {
    for (const RrType type : {RrType::any, RrType::axfr, RrType::opt, RrType::tsig, RrType{128}})
        EXPECT_TRUE(is_meta(type));
    for (const RrType type : {RrType::a, RrType::caa, RrType{127}, RrType{65280}})
        EXPECT_FALSE(is_meta(type));
}

}  // namespace
}  // namespace homeport::dns
