#pragma once
/// Small types that must not be mixed up.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace homeport {

/// An integer that only compares with its own kind. `Tag` is never defined.
template <class Tag, class Rep = std::uint64_t>
struct StrongId {
    Rep value{};
    friend auto operator<=>(const StrongId&, const StrongId&) = default;
};

/// A raw Ed25519 public key (RFC 8032, 32 bytes): who somebody is.
struct PublicKey {
    std::array<std::byte, 32> bytes{};
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

/// 128 random bits made once per process start: tells a returning peer from a restarted one.
struct InstanceId {
    std::array<std::byte, 16> bytes{};
    friend auto operator<=>(const InstanceId&, const InstanceId&) = default;
};

}  // namespace homeport

template <class Tag, class Rep>
struct std::hash<homeport::StrongId<Tag, Rep>> {
    std::size_t operator()(const homeport::StrongId<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value);
    }
};
