#include "core/special_addresses.hpp"

#include <gtest/gtest.h>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport {
namespace {

using enum AddressKind;

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

/// An entry of a registry and what stands on both sides of it.
struct Range {
    const char* before;  ///< the address in front of `first`; empty: there is none
    AddressKind kind_before;
    const char* first;
    const char* last;
    AddressKind kind;
    const char* after;
    AddressKind kind_after;
};

const std::vector<Range> kV4Ranges{
    {"", global, "0.0.0.0", "0.0.0.0", unspecified, "0.0.0.1", this_network},
    {"0.0.0.0", unspecified, "0.0.0.1", "0.255.255.255", this_network, "1.0.0.0", global},
    {"9.255.255.255", global, "10.0.0.0", "10.255.255.255", private_use, "11.0.0.0", global},
    {"100.63.255.255", global, "100.64.0.0", "100.127.255.255", shared, "100.128.0.0", global},
    {"126.255.255.255", global, "127.0.0.0", "127.255.255.255", loopback, "128.0.0.0", global},
    {"169.253.255.255", global, "169.254.0.0", "169.254.255.255", link_local, "169.255.0.0",
     global},
    {"172.15.255.255", global, "172.16.0.0", "172.31.255.255", private_use, "172.32.0.0", global},
    {"191.255.255.255", global, "192.0.0.0", "192.0.0.255", protocol_assignments, "192.0.1.0",
     global},
    {"192.0.1.255", global, "192.0.2.0", "192.0.2.255", documentation, "192.0.3.0", global},
    {"192.31.195.255", global, "192.31.196.0", "192.31.196.255", as112, "192.31.197.0", global},
    {"192.52.192.255", global, "192.52.193.0", "192.52.193.255", amt, "192.52.194.0", global},
    {"192.88.98.255", global, "192.88.99.0", "192.88.99.255", tunnelled, "192.88.100.0", global},
    {"192.167.255.255", global, "192.168.0.0", "192.168.255.255", private_use, "192.169.0.0",
     global},
    {"192.175.47.255", global, "192.175.48.0", "192.175.48.255", as112, "192.175.49.0", global},
    {"198.17.255.255", global, "198.18.0.0", "198.19.255.255", benchmarking, "198.20.0.0", global},
    {"198.51.99.255", global, "198.51.100.0", "198.51.100.255", documentation, "198.51.101.0",
     global},
    {"203.0.112.255", global, "203.0.113.0", "203.0.113.255", documentation, "203.0.114.0", global},
    {"223.255.255.255", global, "224.0.0.0", "239.255.255.255", multicast, "240.0.0.0", reserved},
    {"239.255.255.255", multicast, "240.0.0.0", "255.255.255.254", reserved, "255.255.255.255",
     broadcast},
    {"255.255.255.254", reserved, "255.255.255.255", "255.255.255.255", broadcast, "", global},
};

#define TAIL ":ffff:ffff:ffff:ffff"
const std::vector<Range> kV6Ranges{
    {"", global, "::", "::", unspecified, "::1", loopback},
    {"::", unspecified, "::1", "::1", loopback, "::2", reserved},
    {"64:ff9a:ffff:ffff" TAIL, reserved, "64:ff9b::", "64:ff9b::255.255.255.255", translated,
     "64:ff9b::1:0:0", reserved},
    {"64:ff9b:0:ffff" TAIL, reserved, "64:ff9b:1::", "64:ff9b:1:ffff" TAIL, translated,
     "64:ff9b:2::", reserved},
    {"ff:ffff:ffff:ffff" TAIL, reserved, "100::", "100:0:0:1" TAIL, discard,
     "100:0:0:2::", reserved},
    {"1fff:ffff:ffff:ffff" TAIL, reserved, "2000::", "2000:ffff:ffff:ffff" TAIL, global,
     "2001:200::", global},
    {"2000:ffff:ffff:ffff" TAIL, global, "2001::", "2001:0:ffff:ffff" TAIL, tunnelled,
     "2001:1::", protocol_assignments},
    {"2001:0:ffff:ffff" TAIL, tunnelled, "2001:1::", "2001:1:ffff:ffff" TAIL, protocol_assignments,
     "2001:2::", benchmarking},
    {"2001:1:ffff:ffff" TAIL, protocol_assignments, "2001:2::", "2001:2:0:ffff" TAIL, benchmarking,
     "2001:2:1::", protocol_assignments},
    {"2001:2:ffff:ffff" TAIL, protocol_assignments, "2001:3::", "2001:3:ffff:ffff" TAIL, amt,
     "2001:4::", protocol_assignments},
    {"2001:4:111:ffff" TAIL, protocol_assignments, "2001:4:112::", "2001:4:112:ffff" TAIL, as112,
     "2001:4:113::", protocol_assignments},
    {"2001:f:ffff:ffff" TAIL, protocol_assignments, "2001:10::", "2001:3f:ffff:ffff" TAIL, orchid,
     "2001:40::", protocol_assignments},
    {"2001:3f:ffff:ffff" TAIL, orchid, "2001:40::", "2001:1ff:ffff:ffff" TAIL, protocol_assignments,
     "2001:200::", global},
    {"2001:db7:ffff:ffff" TAIL, global, "2001:db8::", "2001:db8:ffff:ffff" TAIL, documentation,
     "2001:db9::", global},
    {"2001:ffff:ffff:ffff" TAIL, global, "2002::", "2002:ffff:ffff:ffff" TAIL, tunnelled,
     "2003::", global},
    {"2620:4f:7fff:ffff" TAIL, global, "2620:4f:8000::", "2620:4f:8000:ffff" TAIL, as112,
     "2620:4f:8001::", global},
    {"3ffe:ffff:ffff:ffff" TAIL, global, "3fff::", "3fff:fff:ffff:ffff" TAIL, documentation,
     "3fff:1000::", global},
    {"3fff:fff:ffff:ffff" TAIL, documentation, "3fff:1000::", "3fff:ffff:ffff:ffff" TAIL, global,
     "4000::", reserved},
    {"5eff:ffff:ffff:ffff" TAIL, reserved, "5f00::", "5f00:ffff:ffff:ffff" TAIL, segment_routing,
     "5f01::", reserved},
    {"fbff:ffff:ffff:ffff" TAIL, reserved, "fc00::", "fdff:ffff:ffff:ffff" TAIL, unique_local,
     "fe00::", reserved},
    {"fe7f:ffff:ffff:ffff" TAIL, reserved, "fe80::", "febf:ffff:ffff:ffff" TAIL, link_local,
     "fec0::", reserved},
    {"feff:ffff:ffff:ffff" TAIL, reserved, "ff00::", "ffff:ffff:ffff:ffff" TAIL, multicast, "",
     global},
};
#undef TAIL

void expect_kind(const char* address, AddressKind kind) {
    if (*address == '\0') return;
    EXPECT_EQ(to_text(kind_of(ip(address))), to_text(kind)) << address;
}

void expect_ranges(const std::vector<Range>& ranges) {
    for (const Range& range : ranges) {
        expect_kind(range.before, range.kind_before);
        expect_kind(range.first, range.kind);
        expect_kind(range.last, range.kind);
        expect_kind(range.after, range.kind_after);
    }
}

TEST(SpecialAddresses, EndWhereTheRegistryOfIpv4Says) {
    expect_ranges(kV4Ranges);
}

TEST(SpecialAddresses, EndWhereTheRegistryOfIpv6Says) {
    expect_ranges(kV6Ranges);
}

TEST(SpecialAddresses, ArePublicOnlyWhereEverybodyGets) {
    for (const auto* address :
         {"1.1.1.1",         "9.255.255.255", "192.0.0.9",       "192.0.0.10",   "192.31.196.0",
          "192.31.196.255",  "192.52.193.0",  "192.52.193.255",  "192.175.48.0", "192.175.48.255",
          "223.255.255.255", "2001:1::1",     "2001:1::2",       "2001:1::3",    "2001:3::",
          "2001:4:112::",    "2001:200::",    "2620:4f:8000::1", "2a00::1",      "3ffe::1",
          "3fff:1000::"}) {
        EXPECT_TRUE(is_public(ip(address))) << address;
    }
    for (const auto* address :
         {"192.0.0.0",        "192.0.0.8",    "192.0.0.11",  "192.0.0.170", "192.0.0.171",
          "192.0.0.255",      "192.88.99.1",  "192.88.99.2", "224.0.0.1",   "255.255.255.255",
          "64:ff9b::102:304", "64:ff9b:1::1", "2001::1",     "2001:1::",    "2001:1::4",
          "2001:2::1",        "2001:10::1",   "2001:20::1",  "2001:30::1",  "2002:102:304::1",
          "::1.2.3.4",        "4000::1",      "5f00::1",     "fec0::1",     "ff02::1"}) {
        EXPECT_FALSE(is_public(ip(address))) << address;
    }
}

// Everything that is neither global nor one of the anycast services is out.
TEST(SpecialAddresses, OfNoOtherKindArePublic) {
    const std::set<AddressKind> open{global, as112, amt};
    for (const auto* ranges : {&kV4Ranges, &kV6Ranges}) {
        for (const Range& range : *ranges) {
            EXPECT_EQ(is_public(ip(range.first)), open.contains(range.kind)) << range.first;
            EXPECT_EQ(is_public(ip(range.last)), open.contains(range.kind)) << range.last;
        }
    }
}

// A mapped address must not be a way around the rules for IPv4.
TEST(SpecialAddresses, AreTheSameWhenMapped) {
    EXPECT_EQ(kind_of(ip("::ffff:10.0.0.1")), private_use);
    EXPECT_EQ(kind_of(ip("::ffff:169.254.169.254")), link_local);
    EXPECT_EQ(kind_of(ip("::ffff:1.1.1.1")), global);
    EXPECT_FALSE(is_public(ip("::ffff:192.168.0.1")));
    EXPECT_TRUE(is_public(ip("::ffff:1.1.1.1")));
}

/// A row of the registries of IANA for special purposes, as of October 2025.
struct RegistryRow {
    const char* block;
    AddressKind kind;
    bool is_public;     ///< of the whole block
    const char* inner;  ///< a more special row that begins or ends this one: "", "first", "last"
};

const std::vector<RegistryRow> kRegistry{
    {"0.0.0.0/8", this_network, false, "first"},
    {"0.0.0.0/32", unspecified, false, ""},
    {"10.0.0.0/8", private_use, false, ""},
    {"100.64.0.0/10", shared, false, ""},
    {"127.0.0.0/8", loopback, false, ""},
    {"169.254.0.0/16", link_local, false, ""},
    {"172.16.0.0/12", private_use, false, ""},
    {"192.0.0.0/24", protocol_assignments, false, "first"},
    {"192.0.0.0/29", protocol_assignments, false, ""},
    {"192.0.0.8/32", protocol_assignments, false, ""},
    {"192.0.0.9/32", protocol_assignments, true, ""},
    {"192.0.0.10/32", protocol_assignments, true, ""},
    {"192.0.0.170/32", protocol_assignments, false, ""},
    {"192.0.0.171/32", protocol_assignments, false, ""},
    {"192.0.2.0/24", documentation, false, ""},
    {"192.31.196.0/24", as112, true, ""},
    {"192.52.193.0/24", amt, true, ""},
    {"192.88.99.0/24", tunnelled, false, ""},
    {"192.88.99.2/32", tunnelled, false, ""},
    {"192.168.0.0/16", private_use, false, ""},
    {"192.175.48.0/24", as112, true, ""},
    {"198.18.0.0/15", benchmarking, false, ""},
    {"198.51.100.0/24", documentation, false, ""},
    {"203.0.113.0/24", documentation, false, ""},
    {"240.0.0.0/4", reserved, false, "last"},
    {"255.255.255.255/32", broadcast, false, ""},
    {"::1/128", loopback, false, ""},
    {"::/128", unspecified, false, ""},
    {"64:ff9b::/96", translated, false, ""},
    {"64:ff9b:1::/48", translated, false, ""},
    {"100::/64", discard, false, ""},
    {"100:0:0:1::/64", discard, false, ""},
    {"2001::/23", protocol_assignments, false, "first"},
    {"2001::/32", tunnelled, false, ""},
    {"2001:1::1/128", protocol_assignments, true, ""},
    {"2001:1::2/128", protocol_assignments, true, ""},
    {"2001:1::3/128", protocol_assignments, true, ""},
    {"2001:2::/48", benchmarking, false, ""},
    {"2001:3::/32", amt, true, ""},
    {"2001:4:112::/48", as112, true, ""},
    {"2001:10::/28", orchid, false, ""},
    {"2001:20::/28", orchid, false, ""},
    {"2001:30::/28", orchid, false, ""},
    {"2001:db8::/32", documentation, false, ""},
    {"2002::/16", tunnelled, false, ""},
    {"2620:4f:8000::/48", as112, true, ""},
    {"3fff::/20", documentation, false, ""},
    {"5f00::/16", segment_routing, false, ""},
    {"fc00::/7", unique_local, false, ""},
    {"fe80::/10", link_local, false, ""},
};

IpAddress of_octets(const std::array<std::uint8_t, 16>& octets, bool v4) {
    if (v4) return IpAddress::v4({octets[0], octets[1], octets[2], octets[3]});
    return IpAddress::v6(octets);
}

IpAddress last_of(const Cidr& block) {
    auto octets = block.network.octets();
    for (std::size_t bit = block.prefix_bits; bit < 8 * block.network.size(); ++bit)
        octets.at(bit / 8) |= static_cast<std::uint8_t>(0x80 >> bit % 8);
    return of_octets(octets, block.network.is_v4());
}

/// The neighbour of an address, `step` is 1 or -1; nothing at the end of the family.
std::optional<IpAddress> beside(const IpAddress& address, int step) {
    auto octets = address.octets();
    for (std::size_t i = address.size(); i-- > 0;) {
        octets.at(i) = static_cast<std::uint8_t>(octets.at(i) + step);
        if (octets.at(i) != (step > 0 ? 0x00 : 0xff)) return of_octets(octets, address.is_v4());
    }
    return std::nullopt;
}

/// The row that the registry has for one address: the longest block that holds it.
const RegistryRow* row_of(const IpAddress& address) {
    const RegistryRow* best = nullptr;
    unsigned best_bits = 0;
    for (const RegistryRow& row : kRegistry) {
        const Cidr block = Cidr::parse(row.block).value();
        if (!block.contains(address) || (best && block.prefix_bits < best_bits)) continue;
        best = &row;
        best_bits = block.prefix_bits;
    }
    return best;
}

// First and last address of every row, and what stands one before and one after it.
TEST(SpecialAddresses, AgreeWithEveryRowOfTheRegistries) {
    for (const RegistryRow& row : kRegistry) {
        const Cidr block = Cidr::parse(row.block).value();
        const std::string_view inner = row.inner;
        EXPECT_TRUE(inner == "first" || row_of(block.network) == &row) << row.block;
        EXPECT_TRUE(inner == "last" || row_of(last_of(block)) == &row) << row.block;
        const std::optional<IpAddress> borders[] = {
            block.network, last_of(block), beside(block.network, -1), beside(last_of(block), 1)};
        for (const auto& address : borders) {
            const RegistryRow* expected = address ? row_of(*address) : nullptr;
            if (!expected) continue;
            const auto text = address->to_string();
            EXPECT_EQ(to_text(kind_of(*address)), to_text(expected->kind)) << text;
            EXPECT_EQ(is_public(*address), expected->is_public) << text;
        }
    }
}

// What the registries do not name next to a row is global or multicast for IPv4; for IPv6 it is
// global within 2000::/3 only.
TEST(SpecialAddresses, AreNoneOutsideTheRegistries) {
    const Cidr unicast = Cidr::parse("2000::/3").value();
    const Cidr multicast4 = Cidr::parse("224.0.0.0/4").value();
    for (const RegistryRow& row : kRegistry) {
        const Cidr block = Cidr::parse(row.block).value();
        for (const auto& address : {beside(block.network, -1), beside(last_of(block), 1)}) {
            if (!address || row_of(*address)) continue;
            const bool open =
                address->is_v4() ? !multicast4.contains(*address) : unicast.contains(*address);
            EXPECT_EQ(is_public(*address), open) << address->to_string();
            EXPECT_EQ(kind_of(*address) == global, open) << address->to_string();
        }
    }
}

// Whatever a resolver or another program might read as an address: it is refused, so that no
// notation goes around the rules.
TEST(SpecialAddresses, AreNotHiddenInOddNotations) {
    for (const std::string_view text : {"127.1",
                                        "127.0.1",
                                        "2130706433",
                                        "0x7f.1",
                                        "0x7f000001",
                                        "0x7f.0.0.1",
                                        "0177.0.0.1",
                                        "010.0.0.1",
                                        "10.0.0.01",
                                        "10.0.0.1.",
                                        ".10.0.0.1",
                                        "10.0.0.1 ",
                                        " 10.0.0.1",
                                        "10.0.0.1\n",
                                        "10.0.0.1\t",
                                        "10.0.0.256",
                                        "10.0.0.-1",
                                        "+10.0.0.1",
                                        "10.0.0",
                                        "10.0.0.1/8",
                                        "10.0.0.1%eth0",
                                        "fe80::1%eth0",
                                        "fe80::1%1",
                                        "[::1]",
                                        "::1 ",
                                        " ::1",
                                        ":::1",
                                        "::1::",
                                        "1:2:3:4:5:6:7:8:9",
                                        "::g",
                                        "::00001",
                                        "::ffff:10.0.0",
                                        "::ffff:010.0.0.1",
                                        "::ffff:0x0a.0.0.1",
                                        "::ffff:10.0.0.1%lo",
                                        "::10.0.0.256",
                                        "localhost",
                                        "",
                                        "\xef\xbc\x91\xef\xbc\x90.0.0.1"}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
    using namespace std::string_view_literals;
    EXPECT_FALSE(IpAddress::parse("10.0.0.1\0"sv));
    EXPECT_FALSE(IpAddress::parse("8.8.8.8\0.10.0.0.1"sv));
}

TEST(SpecialAddresses, AreWhatTheyAreInEveryNotationThatIsRead) {
    const std::vector<std::pair<const char*, AddressKind>> notations{
        {"::ffff:10.0.0.1", private_use},
        {"::FFFF:10.0.0.1", private_use},
        {"::ffff:a00:1", private_use},
        {"0:0:0:0:0:ffff:0a00:0001", private_use},
        {"::ffff:127.0.0.1", loopback},
        {"::ffff:0.0.0.0", unspecified},
        {"::ffff:100.64.0.1", shared},
        {"::ffff:224.0.0.1", multicast},
        {"0000:0000:0000:0000:0000:0000:0000:0001", loopback},
        {"0::0", unspecified},
        {"::10.0.0.1", reserved},         // compatible addresses are given up, RFC 4291
        {"::ffff:0:10.0.0.1", reserved},  // of stateless translation, RFC 2765
        {"64:ff9b::10.0.0.1", translated},
        {"2002:a00:1::", tunnelled},
        {"FE80::1", link_local},
        {"FD00::1", unique_local},
    };
    for (const auto& [text, kind] : notations) {
        EXPECT_EQ(to_text(kind_of(ip(text))), to_text(kind)) << text;
        EXPECT_FALSE(is_public(ip(text))) << text;
    }
    EXPECT_EQ(ip("::ffff:a00:1"), ip("10.0.0.1"));
    EXPECT_EQ(ip("::ffff:10.0.0.1").to_string(), "10.0.0.1");
}

TEST(SpecialAddresses, HaveWordsOfTheirOwn) {
    std::set<std::string_view> words;
    for (int kind = 0; kind <= static_cast<int>(reserved); ++kind)
        words.insert(to_text(static_cast<AddressKind>(kind)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(reserved) + 1);
    EXPECT_EQ(to_text(kind_of(ip("192.168.1.1"))), "a private address");
}

}  // namespace
}  // namespace homeport
