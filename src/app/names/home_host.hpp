#pragma once
/// What the relay tells its name server of homes.

#include "core/service.hpp"
#include "dns/server/home_answer.hpp"

#include <string>

namespace homeport::app {

/// A host that a home publishes, and what its answer follows.
struct HomeHost {
    HostGlob host;
    dns::HomeView view{};
    friend bool operator==(const HomeHost&, const HomeHost&) = default;
};

/// A TXT record under "_acme-challenge" of a host (RFC 8555 section 8.4), set or taken back.
struct HomeChallenge {
    std::string home;
    std::string host;  ///< not a wildcard
    std::string text;  ///< 1 to 255 octets
    bool present = true;
};

}  // namespace homeport::app
