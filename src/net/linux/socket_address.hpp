#pragma once
/// Between our addresses and the kernel's.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "net/network.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <string>

namespace homeport::net {

struct KernelAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

/// Error: invalid (the path of a Unix socket is empty or longer than 107 bytes).
Result<KernelAddress> to_kernel(const SocketAddress& address);
/// 0.0.0.0:0 for a Unix socket.
Endpoint from_kernel(const KernelAddress& address);
/// "192.0.2.1:80" or "unix:/path".
std::string to_string(const SocketAddress& address);

}  // namespace homeport::net
