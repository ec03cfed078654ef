#pragma once
/// Whom a peer counts as where connections and requests are counted by source.

#include "core/ip.hpp"

namespace homeport {

/// An IPv4 address as it is, an IPv6 address as its /64, which one household gets whole.
IpAddress source_key(const IpAddress& address);

}  // namespace homeport
