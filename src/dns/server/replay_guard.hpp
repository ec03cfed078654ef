#pragma once
/// Keeps signed updates from counting twice (RFC 8945 section 5.2.3 leaves that to the server): of
/// each key the time of the newest update is known for good, and for a short while before it every
/// single one. Pure.

#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

namespace homeport::dns {

class ReplayGuard {
public:
    enum class Verdict : std::uint8_t {
        fresh,
        repeated,  ///< seen already: answer() is what came of it
        stale,     ///< signed too long before the newest one
        full,      ///< kRememberedUpdates; try again later
    };

    /// From the last run: what is not newer is stale.
    void restore(NameView key, std::uint64_t signed_at);
    /// `mac` tells updates apart. A fresh one is remembered.
    Verdict check(NameView key, std::uint64_t signed_at, std::uint64_t mac);
    /// What became of a fresh one.
    void answered(NameView key, std::uint64_t signed_at, std::uint64_t mac, Rcode rcode);
    /// Nothing: it is still being worked on.
    std::optional<Rcode> answer(NameView key, std::uint64_t signed_at, std::uint64_t mac) const;
    /// When the newest update of the key was signed; 0: there was none. For restore().
    std::uint64_t newest(NameView key) const;

private:
    struct Key {
        std::uint64_t newest = 0;
        std::uint64_t least = 0;  ///< older ones are stale
        std::size_t remembered = 0;
        /// By second of signing, and by MAC.
        std::map<std::uint64_t, std::unordered_map<std::uint64_t, std::optional<Rcode>>> seen;

        void advance(std::uint64_t signed_at);
    };
    std::map<Name, Key, CanonicalLess> keys_;
};

}  // namespace homeport::dns
