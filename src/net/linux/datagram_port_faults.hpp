#pragma once
/// What the kernel's error queue says of datagrams (ip(7), IP_RECVERR).

#include "net/datagram_port.hpp"

#include <cstdint>

namespace homeport::net {

struct FaultReport {
    bool known = false;  ///< false: something else than a fault of a datagram
    Endpoint to;
    DatagramFault fault;
};

/// Takes the next report off the queue of a non-blocking socket. False: there is none.
bool take_fault_report(int fd, FaultReport& out);

/// The meaning of an ICMP message by its type and code (RFC 792, RFC 1812, RFC 4443).
DatagramFault::Kind kind_of_icmp(bool v4, std::uint8_t type, std::uint8_t code);

}  // namespace homeport::net
