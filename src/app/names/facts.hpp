#pragma once
/// What the name server knows about itself, gathered at one instant.

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeport::app {

/// What a secondary name server has of a zone.
struct SecondaryFacts {
    std::string address;
    std::optional<std::uint32_t> serial;  ///< none: it has not answered yet
    bool behind = false;
    Duration behind_for{};
};

struct ZoneFacts {
    std::string name;
    std::uint32_t serial = 0;
    std::uint64_t names = 0;  ///< empty ones between others included
    bool is_signed = false;
    std::vector<SecondaryFacts> secondaries;
};

/// The name service of a relay. Counters are since the start.
struct NamesFacts {
    std::uint64_t names = 0;
    std::uint64_t accounts = 0;
    std::uint64_t requests = 0;
    std::uint64_t changed = 0;    ///< requests that changed something
    std::uint64_t unchanged = 0;  ///< requests that found everything as it should be
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;  ///< told to try later
};

/// The name server of a relay. Counters are since the start.
struct DnsFacts {
    std::vector<ZoneFacts> zones;
    std::uint64_t udp = 0;  ///< requests
    std::uint64_t tcp = 0;  ///< requests
    std::uint64_t no_error = 0;
    std::uint64_t nx_domain = 0;
    std::uint64_t refused = 0;
    std::uint64_t malformed = 0;
    std::uint64_t other = 0;
    std::uint64_t truncated = 0;
    std::uint64_t limited = 0;  ///< requests beyond the rate of their source
    std::uint64_t known = 0;    ///< requests with a valid cookie
    std::uint64_t forged = 0;   ///< requests with a signature that does not hold
    std::uint64_t transfers = 0;
    std::uint64_t updates = 0;  ///< requests to change a zone (RFC 2136)
    std::optional<NamesFacts> service;
};

}  // namespace homeport::app
