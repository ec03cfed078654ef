#pragma once
/// The header that tells a target who its visitor is, before the first byte. PROXY protocol version
/// 1 is one line of text, version 2 is binary
/// (https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, sections 2.1 and 2.2). Pure.

#include "core/ip.hpp"
#include "core/service.hpp"

#include <cstddef>
#include <vector>

namespace homeport::tunnel {

/// Empty for ProxyProtocol::none. When the families of the two differ, the version 4 address is
/// written in its IPv6-mapped form.
std::vector<std::byte> make_proxy_header(ProxyProtocol version, const Endpoint& visitor,
                                         const Endpoint& local);

}  // namespace homeport::tunnel
