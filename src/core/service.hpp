#pragma once
/// The vocabulary of publishing, shared by settings, grants, the wire and the front.

#include "core/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport {

/// What a service is to a visitor. `udp` and `https` are named in the interface and refused by
/// settings until they work.
enum class ServiceKind : std::uint8_t { tcp, tls, http, ftp };

std::string_view to_string(ServiceKind kind);
std::optional<ServiceKind> parse_service_kind(std::string_view text);

/// Whether visitors may come straight to the home, past the relay. They do where an outside probe
/// has shown that the service's port is open there: then its names answer the home's address.
enum class Direct : std::uint8_t {
    never,
    automatic,  ///< "auto": when it is proven; else over the relay
    only,       ///< the relay forwards nothing; not proven, the names answer nothing
};

/// What the service's target is told about the visitor before the first byte
/// (https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt).
enum class ProxyProtocol : std::uint8_t { none, v1, v2 };

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;  ///< inclusive

    /// "8080" or "42000-42010"; 1 to 65535, first <= last.
    static Result<PortRange> parse(std::string_view text);
    std::string to_string() const;
    bool contains(std::uint16_t port) const { return first <= port && port <= last; }
    bool contains(const PortRange& other) const {
        return first <= other.first && other.last <= last;
    }
    bool overlaps(const PortRange& other) const {
        return first <= other.last && other.first <= last;
    }
    std::size_t count() const { return std::size_t{last} - first + 1; }
    friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

/// A host name or "*." and a host name, in lower case without a final dot. "*.example.net" stands
/// for any name below example.net, at any depth, not for example.net itself.
class HostGlob {
public:
    /// Letters, digits, hyphens, underscores and dots; labels of 1-63, 253 in all; "*" only as the
    /// whole first label, above at least two labels.
    static Result<HostGlob> parse(std::string_view text);

    const std::string& text() const { return text_; }
    bool wildcard() const { return text_.starts_with("*."); }
    /// `host` in lower case, without port.
    bool matches(std::string_view host) const;
    /// Every name that `other` stands for is also one of ours.
    bool covers(const HostGlob& other) const;
    bool overlaps(const HostGlob& other) const { return covers(other) || other.covers(*this); }
    friend auto operator<=>(const HostGlob&, const HostGlob&) = default;

private:
    std::string text_;
};

/// What an agent may publish, and whose "server stopped" notice it may show besides its own.
struct Grants {
    std::vector<HostGlob> hosts;
    std::vector<PortRange> ports;
    std::vector<std::string> may_park{};  ///< names of agents; "*": every one
    friend bool operator==(const Grants&, const Grants&) = default;
};

}  // namespace homeport
