#pragma once
/// Which addresses a home's name has: it follows the state of the home, so that a visitor needs no
/// client and no luck. Pure.
///
/// Whoever proves from outside that a service's port is open at home says so by DirectPath; nobody
/// is sent to an address that was not proven lately.

#include "core/ip.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace homeport::dns {

/// How long a proof of the direct path counts.
inline constexpr Duration kDirectProofTime = 60s;

enum class HomeState : std::uint8_t {
    relayed,  ///< a link is up
    away,     ///< no link: the relay lets visitors wait, then stands in
    parked,   ///< its owner stopped it
};

/// An outside probe reached the service at these addresses of the home.
struct DirectPath {
    std::vector<IpAddress> addresses;
    TimePoint proven_at{};
    friend bool operator==(const DirectPath&, const DirectPath&) = default;
};

/// What the owner of a parked home wants its name to answer.
struct ParkedAnswer {
    enum class Kind : std::uint8_t {
        stand_in,   ///< the relay, which shows the notice
        addresses,  ///< these
        nothing,    ///< no address
    };
    Kind kind = Kind::stand_in;
    std::vector<IpAddress> addresses;
    friend bool operator==(const ParkedAnswer&, const ParkedAnswer&) = default;
};

struct HomeView {
    HomeState state = HomeState::relayed;
    bool relayed = true;  ///< the relay takes visitors for it; else they only come straight
    std::optional<DirectPath> direct{};
    ParkedAnswer parked{};
    friend bool operator==(const HomeView&, const HomeView&) = default;
};

struct HomeAnswer {
    std::vector<IpAddress> addresses;
    /// When it has to be looked at again though nothing was said; kNever: not before news.
    TimePoint until = kNever;
};

/// `relay` are the addresses of the relays that are well. Addresses of a home that the internet
/// cannot reach are left out unless `allow_private`; with none left the path counts as unproven.
/// Beside a direct path over IPv6 alone stand the relays' IPv4 addresses.
HomeAnswer answer_of(const HomeView& home, const std::vector<IpAddress>& relay, TimePoint now,
                     bool allow_private = false);

}  // namespace homeport::dns
