#include "net/linux/interfaces_dump.hpp"

#include "net/linux/os_error.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

namespace homeport::net {
namespace {

std::unexpected<Error> malformed(const char* what) {
    return fail(Errc::protocol, std::string("the kernel's answer makes no sense: ") + what);
}

/// Takes a structure off the front, with the octets that align what follows it.
template <class T>
bool take(Bytes& rest, T& out) {
    if (rest.size() < sizeof out) return false;
    std::memcpy(&out, rest.data(), sizeof out);
    rest = rest.subspan(std::min<std::size_t>(rest.size(), NLMSG_ALIGN(sizeof out)));
    return true;
}

/// Takes `length` octets with `Header` in front of them off the front; `body` is what follows it.
template <class Header>
bool take_framed(Bytes& rest, std::size_t length, Bytes& body) {
    if (length < sizeof(Header) || length > rest.size()) return false;
    body = rest.first(length).subspan(std::min(length, std::size_t{NLMSG_ALIGN(sizeof(Header))}));
    rest = rest.subspan(std::min<std::size_t>(rest.size(), NLMSG_ALIGN(length)));
    return true;
}

/// Calls `use(type, value)` for each attribute. False: malformed, or `use` said so.
template <class Use>
bool each_attribute(Bytes rest, Use use) {
    while (!rest.empty()) {
        rtattr head{};
        Bytes value;
        if (rest.size() < sizeof head) return false;
        std::memcpy(&head, rest.data(), sizeof head);
        if (!take_framed<rtattr>(rest, head.rta_len, value)) return false;
        if (!use(static_cast<unsigned>(head.rta_type & NLA_TYPE_MASK), value)) return false;
    }
    return true;
}

bool read_number(Bytes value, unsigned& out) {
    if (value.size() != sizeof out) return false;
    std::memcpy(&out, value.data(), sizeof out);
    return true;
}

std::optional<IpAddress> read_ip(unsigned family, Bytes value) {
    if (family == AF_INET && value.size() == 4) {
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), value.data(), octets.size());
        return IpAddress::v4(octets);
    }
    if (family == AF_INET6 && value.size() == 16) {
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), value.data(), octets.size());
        return IpAddress::v6(octets);
    }
    return std::nullopt;
}

bool read_ip_into(unsigned family, Bytes value, std::optional<IpAddress>& out) {
    out = read_ip(family, value);
    return out.has_value();
}

/// A next hop of another family than the route (RTA_VIA): its family, then the address.
bool read_via(Bytes value, std::optional<IpAddress>& out) {
    std::uint16_t family = 0;
    if (value.size() < sizeof family) return false;
    std::memcpy(&family, value.data(), sizeof family);
    if (family != AF_INET && family != AF_INET6) return true;
    return read_ip_into(family, value.subspan(sizeof family), out);
}

std::unexpected<Error> too_many() {
    return fail(Errc::limit, "this host has more than " + std::to_string(kMaxHostEntries) +
                                 " links, addresses or default routes");
}

/// The code in a message that ends an answer: 0 or a negative errno.
Result<> read_end(Bytes body, bool required) {
    int code = 0;
    if (body.size() < sizeof code) {
        if (required) return malformed("an error without a code");
        return {};
    }
    std::memcpy(&code, body.data(), sizeof code);
    if (code == 0) return {};
    return fail(Errc::io, "the kernel does not tell: " + os_error_text(-code));
}

bool usable_hop(unsigned flags) {
    return (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) == 0;
}

}  // namespace

Result<InterfaceDump::Progress> InterfaceDump::read(Bytes part, std::uint32_t sequence) {
    Progress progress;
    while (!part.empty() && !progress.done) {
        nlmsghdr head{};
        Bytes body;
        if (part.size() < sizeof head) return malformed("a cut header");
        std::memcpy(&head, part.data(), sizeof head);
        if (!take_framed<nlmsghdr>(part, head.nlmsg_len, body)) return malformed("a cut message");
        if (head.nlmsg_seq != sequence) continue;
        if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) progress.inconsistent = true;
        if (head.nlmsg_type == NLMSG_OVERRUN) return malformed("a part was lost");
        const bool error = head.nlmsg_type == NLMSG_ERROR;
        progress.done = error || head.nlmsg_type == NLMSG_DONE;
        const Result<> taken =
            progress.done ? read_end(body, error) : read_message(head.nlmsg_type, body);
        if (!taken) return std::unexpected(taken.error());
    }
    return progress;
}

Result<> InterfaceDump::read_message(std::uint16_t type, Bytes body) {
    switch (type) {
    case RTM_NEWLINK:
        return read_link(body);
    case RTM_NEWADDR:
        return read_address(body);
    case RTM_NEWROUTE:
        return read_route(body);
    default:
        return {};
    }
}

Result<> InterfaceDump::read_link(Bytes body) {
    ifinfomsg head{};
    if (!take(body, head)) return malformed("a cut link");
    Link link;
    link.up = (head.ifi_flags & IFF_UP) != 0 && (head.ifi_flags & IFF_RUNNING) != 0;
    const bool read = each_attribute(body, [&](unsigned type, Bytes value) {
        if (type != IFLA_IFNAME) return true;
        const auto name = as_text(value);
        link.name = name.substr(0, name.find('\0'));
        return !link.name.empty();
    });
    if (!read || head.ifi_index <= 0) return malformed("a link");
    if (links_.size() == kMaxHostEntries) return too_many();
    links_[static_cast<unsigned>(head.ifi_index)] = std::move(link);
    return {};
}

Result<> InterfaceDump::read_address(Bytes body) {
    ifaddrmsg head{};
    if (!take(body, head)) return malformed("a cut address");
    if (head.ifa_family != AF_INET && head.ifa_family != AF_INET6) return {};
    unsigned flags = head.ifa_flags;
    std::optional<IpAddress> address;
    std::optional<IpAddress> local;
    const bool read = each_attribute(body, [&](unsigned type, Bytes value) {
        if (type == IFA_FLAGS) return read_number(value, flags);
        if (type == IFA_ADDRESS) return read_ip_into(head.ifa_family, value, address);
        if (type == IFA_LOCAL) return read_ip_into(head.ifa_family, value, local);
        return true;
    });
    // Between two points the other one is the far end's.
    if (local) address = local;
    if (!read || !address) return malformed("an address");
    const bool checked = (flags & IFA_F_TENTATIVE) == 0 || (flags & IFA_F_OPTIMISTIC) != 0;
    if (!checked || (flags & IFA_F_DADFAILED) != 0) return {};
    if (addresses_.size() == kMaxHostEntries) return too_many();
    addresses_.push_back(
        {.interface = {},
         .index = head.ifa_index,
         .address = *address,
         .prefix_bits = head.ifa_prefixlen,
         // In IPv4 the same bit says "secondary".
         .temporary = head.ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY) != 0,
         .deprecated = (flags & IFA_F_DEPRECATED) != 0});
    return {};
}

Result<> InterfaceDump::read_route(Bytes body) {
    rtmsg head{};
    if (!take(body, head)) return malformed("a cut route");
    const bool wanted = (head.rtm_family == AF_INET || head.rtm_family == AF_INET6) &&
                        head.rtm_dst_len == 0 && head.rtm_type == RTN_UNICAST &&
                        (head.rtm_flags & RTM_F_CLONED) == 0;
    if (!wanted) return {};
    unsigned table = head.rtm_table;
    Route route;
    std::optional<IpAddress> hop;
    Bytes hops;
    const bool read = each_attribute(body, [&](unsigned type, Bytes value) {
        switch (type) {
        case RTA_TABLE:
            return read_number(value, table);
        case RTA_OIF:
            return read_number(value, route.gateway.index);
        case RTA_PRIORITY:
            return read_number(value, route.gateway.metric);
        case RTA_PREFSRC:
            return read_ip_into(head.rtm_family, value, route.gateway.source);
        case RTA_GATEWAY:
            return read_ip_into(head.rtm_family, value, hop);
        case RTA_VIA:
            return read_via(value, hop);
        case RTA_MULTIPATH:
            hops = value;
            return true;
        default:
            return true;
        }
    });
    if (!read) return malformed("a route");
    route.family = head.rtm_family;
    route.main = table == RT_TABLE_MAIN;
    if (!hops.empty()) return add_hops(hops, route);
    if (!hop || !usable_hop(head.rtm_flags)) return {};
    route.gateway.address = *hop;
    return add_route(std::move(route));
}

Result<> InterfaceDump::add_hops(Bytes hops, const Route& route) {
    const unsigned family = route.family;
    while (!hops.empty()) {
        rtnexthop head{};
        Bytes body;
        if (hops.size() < sizeof head) return malformed("a cut hop");
        std::memcpy(&head, hops.data(), sizeof head);
        if (!take_framed<rtnexthop>(hops, head.rtnh_len, body)) return malformed("a cut hop");
        std::optional<IpAddress> hop;
        const bool read = each_attribute(body, [&](unsigned type, Bytes value) {
            if (type == RTA_GATEWAY) return read_ip_into(family, value, hop);
            return type != RTA_VIA || read_via(value, hop);
        });
        if (!read) return malformed("a hop");
        if (!hop || head.rtnh_ifindex <= 0 || !usable_hop(head.rtnh_flags)) continue;
        Route one = route;
        one.gateway.address = *hop;
        one.gateway.index = static_cast<unsigned>(head.rtnh_ifindex);
        if (auto added = add_route(std::move(one)); !added) return added;
    }
    return {};
}

Result<> InterfaceDump::add_route(Route route) {
    if (routes_.size() == kMaxHostEntries) return too_many();
    routes_.push_back(std::move(route));
    return {};
}

std::vector<InterfaceAddress> InterfaceDump::addresses() const {
    std::vector<InterfaceAddress> found;
    for (const InterfaceAddress& address : addresses_) {
        const auto link = links_.find(address.index);
        if (link == links_.end()) continue;
        found.push_back(address);
        found.back().interface = link->second.name;
        found.back().up = link->second.up;
    }
    return found;
}

std::vector<Gateway> InterfaceDump::gateways() const {
    std::vector<Route> sorted = routes_;
    std::ranges::stable_sort(sorted, {}, [](const Route& route) {
        return std::pair(!route.main, route.gateway.metric);
    });
    std::set<std::pair<unsigned, IpAddress>> known;
    std::vector<Gateway> found;
    for (Route& route : sorted) {
        const auto link = links_.find(route.gateway.index);
        if (link == links_.end()) continue;
        if (!known.emplace(route.gateway.index, route.gateway.address).second) continue;
        route.gateway.interface = link->second.name;
        found.push_back(std::move(route.gateway));
    }
    return found;
}

}  // namespace homeport::net
