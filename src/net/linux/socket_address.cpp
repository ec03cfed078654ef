#include "net/linux/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <algorithm>
#include <cstddef>
#include <cstring>

namespace homeport::net {
namespace {

KernelAddress from_endpoint(const Endpoint& endpoint) {
    KernelAddress result;
    const auto& octets = endpoint.address.octets();
    if (endpoint.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        std::memcpy(&v4.sin_addr, octets.data(), 4);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        std::memcpy(&v6.sin6_addr, octets.data(), 16);
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
    }
    return result;
}

Result<KernelAddress> from_path(const std::string& path) {
    sockaddr_un name{};
    if (path.empty() || path.size() >= sizeof name.sun_path) {
        return fail(Errc::invalid,
                    "unix:" + path + " needs a path of 1 to 107 bytes; use a shorter one");
    }
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    KernelAddress result;
    std::memcpy(&result.storage, &name, sizeof name);
    result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return result;
}

}  // namespace

Result<KernelAddress> to_kernel(const SocketAddress& address) {
    if (const auto* unix_path = std::get_if<UnixPath>(&address)) return from_path(unix_path->path);
    return from_endpoint(std::get<Endpoint>(address));
}

Endpoint from_kernel(const KernelAddress& address) {
    if (address.family() == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address.storage, sizeof v4);
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &v4.sin_addr, octets.size());
        return {IpAddress::v4(octets), ntohs(v4.sin_port)};
    }
    if (address.family() == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address.storage, sizeof v6);
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
        return {IpAddress::v6(octets), ntohs(v6.sin6_port)};
    }
    return {};
}

std::string to_string(const SocketAddress& address) {
    if (const auto* unix_path = std::get_if<UnixPath>(&address)) return "unix:" + unix_path->path;
    return std::get<Endpoint>(address).to_string();
}

}  // namespace homeport::net
