#include "net/linux/datagram_port_faults.hpp"

#include "net/linux/socket_address.hpp"

// This order: the kernel's header takes timespec for granted.
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <ctime>

#include <linux/errqueue.h>
#include <array>
#include <cstring>

namespace homeport::net {
namespace {

using Kind = DatagramFault::Kind;

Kind kind_of_v4(std::uint8_t type, std::uint8_t code) {
    if (type == ICMP_TIME_EXCEEDED) return code == ICMP_EXC_TTL ? Kind::hop_limit : Kind::other;
    if (type != ICMP_DEST_UNREACH || code == ICMP_FRAG_NEEDED) return Kind::other;
    return code == ICMP_PORT_UNREACH ? Kind::port_unreachable : Kind::host_unreachable;
}

Kind kind_of_v6(std::uint8_t type, std::uint8_t code) {
    if (type == ICMP6_TIME_EXCEEDED)
        return code == ICMP6_TIME_EXCEED_TRANSIT ? Kind::hop_limit : Kind::other;
    if (type != ICMP6_DST_UNREACH) return Kind::other;
    return code == ICMP6_DST_UNREACH_NOPORT ? Kind::port_unreachable : Kind::host_unreachable;
}

/// The address of the message's sender stands behind the error (SO_EE_OFFENDER).
IpAddress reporter_of(Bytes behind) {
    KernelAddress name;
    std::memcpy(&name.storage, behind.data(), std::min(behind.size(), sizeof name.storage));
    return from_kernel(name).address;
}

void read_error(Bytes data, FaultReport& out) {
    sock_extended_err error{};
    if (data.size() < sizeof error) return;
    std::memcpy(&error, data.data(), sizeof error);
    out.known = true;
    const bool v4 = error.ee_origin == SO_EE_ORIGIN_ICMP;
    if (!v4 && error.ee_origin != SO_EE_ORIGIN_ICMP6) return;
    out.fault.kind = kind_of_icmp(v4, error.ee_type, error.ee_code);
    out.fault.reporter = reporter_of(data.subspan(sizeof error));
}

}  // namespace

DatagramFault::Kind kind_of_icmp(bool v4, std::uint8_t type, std::uint8_t code) {
    return v4 ? kind_of_v4(type, code) : kind_of_v6(type, code);
}

bool take_fault_report(int fd, FaultReport& out) {
    KernelAddress to;
    alignas(cmsghdr) std::array<std::byte, 512> control{};
    msghdr message{};
    message.msg_name = to.get();
    message.msg_namelen = to.size;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return false;
    out.to = from_kernel(to);
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
         head = CMSG_NXTHDR(&message, head)) {
        const bool error = (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_RECVERR) ||
                           (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_RECVERR);
        if (!error) continue;
        const auto* const data = reinterpret_cast<const std::byte*>(CMSG_DATA(head));
        read_error(Bytes(data, head->cmsg_len - CMSG_LEN(0)), out);
    }
    return true;
}

}  // namespace homeport::net
