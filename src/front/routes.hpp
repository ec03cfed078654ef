#pragma once
/// Which service a host name or a port belongs to. Pure.

#include "core/service.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace homeport::front {

struct ServiceEntry;

/// Lower case, without port and final dot; brackets stay on an IPv6 address. "HOME.example.net.:80"
/// becomes "home.example.net".
std::string canonical_host(std::string_view authority);

namespace detail {
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};
}  // namespace detail

/// An exact name beats a wildcard, a longer wildcard a shorter one.
class HostTable {
public:
    /// False when this very name or wildcard belongs to another entry. Adding it again is no error.
    bool add(const HostGlob& glob, ServiceEntry* entry);
    /// Takes the name away if it belongs to `entry`.
    void remove(const HostGlob& glob, const ServiceEntry* entry);
    /// `host` in canonical form. nullptr: nobody's.
    ServiceEntry* find(std::string_view host) const;
    std::size_t size() const { return names_.size(); }

private:
    /// By the glob's text: "home.example.net" or "*.example.net".
    std::unordered_map<std::string, ServiceEntry*, detail::TextHash, std::equal_to<>> names_;
    std::size_t wildcards_ = 0;
};

/// Ranges that do not overlap.
class PortTable {
public:
    /// False when a port of the range belongs to another entry.
    bool add(const PortRange& range, ServiceEntry* entry);
    void remove(const ServiceEntry* entry);
    ServiceEntry* find(std::uint16_t port) const;

private:
    struct Owned {
        PortRange range;
        ServiceEntry* entry;
    };
    std::map<std::uint16_t, Owned> by_first_;
};

}  // namespace homeport::front
