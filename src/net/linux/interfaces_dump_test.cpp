#include "net/linux/interfaces_dump.hpp"

#include <gmock/gmock.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <random>
#include <string>

namespace homeport::net {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t kSequence = 7;

template <class T>
std::string raw(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string padded(std::string text) {
    text.resize((text.size() + 3) / 4 * 4);
    return text;
}

std::string attribute(unsigned type, const std::string& value) {
    const rtattr head{static_cast<std::uint16_t>(sizeof head + value.size()),
                      static_cast<std::uint16_t>(type)};
    return padded(raw(head) + value);
}

std::string octets(const std::string& address) {
    const IpAddress ip = *IpAddress::parse(address);
    return {reinterpret_cast<const char*>(ip.octets().data()), ip.size()};
}

std::string message(unsigned type, const std::string& body, unsigned flags = NLM_F_MULTI,
                    std::uint32_t sequence = kSequence) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + body.size());
    head.nlmsg_type = static_cast<std::uint16_t>(type);
    head.nlmsg_flags = static_cast<std::uint16_t>(flags);
    head.nlmsg_seq = sequence;
    return padded(raw(head) + body);
}

std::string link(int index, const std::string& name, unsigned flags = IFF_UP | IFF_RUNNING) {
    ifinfomsg head{};
    head.ifi_index = index;
    head.ifi_flags = flags;
    return message(RTM_NEWLINK,
                   raw(head) + attribute(IFLA_IFNAME, std::string(name.c_str(), name.size() + 1)));
}

std::string address(unsigned index, const std::string& text, unsigned bits, unsigned flags = 0,
                    const std::string& more = "") {
    ifaddrmsg head{};
    head.ifa_family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    head.ifa_prefixlen = static_cast<std::uint8_t>(bits);
    head.ifa_index = index;
    head.ifa_flags = static_cast<std::uint8_t>(flags);
    return message(RTM_NEWADDR, raw(head) + attribute(IFA_ADDRESS, octets(text)) + more);
}

struct RouteForm {
    std::uint8_t family = AF_INET;
    std::uint8_t bits = 0;
    std::uint8_t table = RT_TABLE_MAIN;
    std::uint8_t type = RTN_UNICAST;
    unsigned flags = 0;
};

std::string route(const RouteForm& form, const std::string& attributes) {
    rtmsg head{};
    head.rtm_family = form.family;
    head.rtm_dst_len = form.bits;
    head.rtm_table = form.table;
    head.rtm_type = form.type;
    head.rtm_flags = form.flags;
    return message(RTM_NEWROUTE, raw(head) + attributes);
}

std::string via(const std::string& gateway, unsigned index, unsigned metric) {
    return attribute(RTA_GATEWAY, octets(gateway)) + attribute(RTA_OIF, raw(index)) +
           attribute(RTA_PRIORITY, raw(metric));
}

std::string hop(int index, const std::string& attributes, std::uint8_t flags = 0) {
    rtnexthop head{};
    head.rtnh_len = static_cast<std::uint16_t>(sizeof head + attributes.size());
    head.rtnh_flags = flags;
    head.rtnh_ifindex = index;
    return raw(head) + attributes;
}

const std::string kDone = message(NLMSG_DONE, raw(0));
const std::string kLinks = link(1, "lo") + link(2, "eth0") + link(3, "eth1", IFF_UP);

struct InterfaceDumpTest : ::testing::Test {
    void read(const std::string& part) {
        const auto progress = dump.read(as_bytes(part), kSequence);
        ASSERT_TRUE(progress) << progress.error().what;
        EXPECT_FALSE(progress->done);
    }
    std::vector<std::string> gateways() const {
        std::vector<std::string> all;
        for (const Gateway& one : dump.gateways()) {
            all.push_back(one.interface + " " + one.address.to_string() + " " +
                          std::to_string(one.metric));
        }
        return all;
    }
    InterfaceDump dump;
};

TEST_F(InterfaceDumpTest, Addresses) {
    read(kLinks);
    read(address(1, "127.0.0.1", 8) + address(2, "192.0.2.7", 24, IFA_F_SECONDARY) +
         address(2, "192.0.2.9", 32, 0, attribute(IFA_LOCAL, octets("198.51.100.4"))));
    read(address(2, "2001:db8::1", 64, IFA_F_TEMPORARY) +
         address(3, "2001:db8:1::1", 56, 0, attribute(IFA_FLAGS, raw(unsigned{IFA_F_DEPRECATED}))) +
         address(2, "2001:db8::2", 64, IFA_F_TENTATIVE) +
         address(2, "2001:db8::3", 64, IFA_F_DADFAILED) +
         address(2, "2001:db8::4", 64, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC) +
         address(9, "2001:db8::5", 64));
    const auto ip = [](const char* text) { return *IpAddress::parse(text); };
    EXPECT_THAT(
        dump.addresses(),
        ElementsAre(InterfaceAddress{"lo", 1, ip("127.0.0.1"), 8, false, false, true},
                    InterfaceAddress{"eth0", 2, ip("192.0.2.7"), 24, false, false, true},
                    InterfaceAddress{"eth0", 2, ip("198.51.100.4"), 32, false, false, true},
                    InterfaceAddress{"eth0", 2, ip("2001:db8::1"), 64, true, false, true},
                    InterfaceAddress{"eth1", 3, ip("2001:db8:1::1"), 56, false, true, false},
                    InterfaceAddress{"eth0", 2, ip("2001:db8::4"), 64, false, false, true}));
}

// The main table first, then by metric; what is no default route by a router is none.
TEST_F(InterfaceDumpTest, Gateways) {
    read(kLinks);
    read(route({.table = 100}, via("192.0.2.3", 2, 1)) + route({}, via("192.0.2.254", 2, 600)) +
         route({}, via("198.51.100.1", 3, 100)));
    read(route({.family = AF_INET6}, via("fe80::1", 2, 512)) +
         route({.bits = 1}, via("192.0.2.4", 2, 0)) + route({}, attribute(RTA_OIF, raw(2U))) +
         route({.type = RTN_UNREACHABLE}, via("192.0.2.5", 2, 0)) +
         route({.flags = RTNH_F_DEAD}, via("192.0.2.6", 2, 0)) +
         route({.flags = RTM_F_CLONED}, via("192.0.2.7", 2, 0)) +
         route({.family = AF_DECnet}, via("192.0.2.8", 2, 0)) + route({}, via("192.0.2.9", 77, 0)));
    EXPECT_THAT(gateways(), ElementsAre("eth1 198.51.100.1 100", "eth0 fe80::1 512",
                                        "eth0 192.0.2.254 600", "eth0 192.0.2.3 1"));
}

TEST_F(InterfaceDumpTest, ATableAboveAByteAndASource) {
    read(kLinks);
    read(route({}, via("192.0.2.1", 2, 0) + attribute(RTA_TABLE, raw(1000U))) +
         route({}, via("192.0.2.2", 2, 9) + attribute(RTA_PREFSRC, octets("192.0.2.77"))));
    EXPECT_THAT(gateways(), ElementsAre("eth0 192.0.2.2 9", "eth0 192.0.2.1 0"));
    EXPECT_EQ(dump.gateways()[0].source, IpAddress::parse("192.0.2.77").value());
    EXPECT_EQ(dump.gateways()[1].source, std::nullopt);
}

TEST_F(InterfaceDumpTest, SeveralHopsAndAnotherFamily) {
    const std::uint16_t family = AF_INET6;
    read(kLinks);
    read(route({},
               attribute(RTA_PRIORITY, raw(20U)) +
                   attribute(RTA_MULTIPATH,
                             hop(2, attribute(RTA_GATEWAY, octets("192.0.2.1"))) +
                                 hop(3, attribute(RTA_VIA, raw(family) + octets("fe80::9"))) +
                                 hop(2, attribute(RTA_GATEWAY, octets("192.0.2.2")), RTNH_F_DEAD) +
                                 hop(3, ""))) +
         route({},
               attribute(RTA_VIA, raw(family) + octets("fe80::8")) + attribute(RTA_OIF, raw(3U))) +
         route({}, via("192.0.2.1", 2, 30)));
    EXPECT_THAT(gateways(), ElementsAre("eth1 fe80::8 0", "eth0 192.0.2.1 20", "eth1 fe80::9 20"));
}

TEST_F(InterfaceDumpTest, EndsAndChanges) {
    const auto ended = dump.read(as_bytes(kLinks + kDone + "rest"), kSequence);
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->done);
    EXPECT_FALSE(ended->inconsistent);
    const auto changed =
        dump.read(as_bytes(message(NLMSG_NOOP, "", NLM_F_DUMP_INTR | NLM_F_MULTI)), kSequence);
    ASSERT_TRUE(changed);
    EXPECT_TRUE(changed->inconsistent);
    EXPECT_FALSE(changed->done);
    EXPECT_EQ(dump.read(as_bytes(message(NLMSG_ERROR, raw(-13))), kSequence).error().code,
              Errc::io);
    EXPECT_EQ(dump.read(as_bytes(message(NLMSG_DONE, raw(-4))), kSequence).error().code, Errc::io);
    EXPECT_TRUE(dump.read(as_bytes(message(NLMSG_ERROR, raw(0))), kSequence)->done);
    EXPECT_TRUE(dump.read(as_bytes(message(NLMSG_DONE, "")), kSequence)->done);
    EXPECT_EQ(dump.read(as_bytes(message(NLMSG_ERROR, "")), kSequence).error().code,
              Errc::protocol);
}

TEST_F(InterfaceDumpTest, AnswersToOtherQuestionsArePassedOver) {
    read(message(NLMSG_DONE, raw(0), 0, kSequence - 1) +
         message(RTM_NEWADDR, "", 0, kSequence + 1) + kLinks);
    read(address(2, "192.0.2.7", 24));
    EXPECT_THAT(dump.addresses(), SizeIs(1));
}

TEST_F(InterfaceDumpTest, Malformed) {
    const unsigned char three[3] = {1, 2, 3};
    const std::string cut = raw(three);
    for (const std::string& bad : {
             route({}, attribute(RTA_GATEWAY, cut)),
             route({}, attribute(RTA_GATEWAY, octets("2001:db8::1"))),
             route({}, attribute(RTA_OIF, cut)),
             route({}, attribute(RTA_VIA, cut.substr(0, 1))),
             route({}, attribute(RTA_MULTIPATH, cut)),
             route({}, attribute(RTA_MULTIPATH, hop(2, cut))),
             route({}, raw(rtattr{3, RTA_OIF})),
             route({}, raw(rtattr{9, RTA_OIF}) + "abcd"),
             message(RTM_NEWROUTE, cut),
             message(RTM_NEWADDR, raw(ifaddrmsg{.ifa_family = AF_INET,
                                                .ifa_prefixlen = 8,
                                                .ifa_flags = 0,
                                                .ifa_scope = 0,
                                                .ifa_index = 1})),
             link(0, "eth0"),
             link(2, ""),
             message(NLMSG_OVERRUN, ""),
             std::string("short"),
             raw(nlmsghdr{15, 0, 0, kSequence, 0}),
             raw(nlmsghdr{17, 0, 0, kSequence, 0}),
         }) {
        const auto progress = dump.read(as_bytes(bad), kSequence);
        ASSERT_FALSE(progress) << ::testing::PrintToString(bad);
        EXPECT_EQ(progress.error().code, Errc::protocol);
    }
    EXPECT_THAT(gateways(), IsEmpty());
}

// However an answer is cut or spoilt, nothing is read behind its end (the sanitizer looks).
TEST_F(InterfaceDumpTest, CutAndSpoilt) {
    const std::string whole =
        kLinks + address(2, "192.0.2.7", 24) + route({}, via("192.0.2.1", 2, 30)) +
        route({}, attribute(RTA_MULTIPATH, hop(2, attribute(RTA_GATEWAY, octets("192.0.2.1"))))) +
        kDone;
    const auto read_copy = [](const std::string& text) {
        const std::vector<char> exact(text.begin(), text.end());
        InterfaceDump fresh;
        const auto progress = fresh.read(as_bytes({exact.data(), exact.size()}), kSequence);
        fresh.gateways();
        return progress && progress->done;
    };
    EXPECT_TRUE(read_copy(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(read_copy(whole.substr(0, size))) << size;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        std::string spoilt = whole;
        spoilt[random() % spoilt.size()] = static_cast<char>(random());
        read_copy(spoilt);
    }
}

TEST_F(InterfaceDumpTest, TooMany) {
    read(kLinks);
    std::string many;
    for (std::size_t i = 0; i < kMaxHostEntries; ++i) many += address(2, "192.0.2.7", 24);
    read(many);
    EXPECT_EQ(dump.read(as_bytes(address(2, "192.0.2.8", 24)), kSequence).error().code,
              Errc::limit);
}

}  // namespace
}  // namespace homeport::net
