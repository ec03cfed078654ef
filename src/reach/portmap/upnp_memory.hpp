#pragma once
/// What a UPnP machine keeps over restarts, as lines of text: where descriptions are, what the
/// router is like, and the numbers of pinholes. What cannot be read is left out. Pure.

#include "reach/portmap/mapping.hpp"
#include "reach/portmap/upnp_wish.hpp"
#include "reach/wire/http_url.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

struct UpnpMemory {
    std::vector<HttpUrl> locations;  ///< at most kMaxRememberedLocations
    UpnpQuirks quirks;
    std::map<MappingNonce, std::string> pinholes;  ///< at most kMaxRememberedPinholes

    /// At most kMaxMemoryBytes.
    std::string to_text() const;
    static UpnpMemory read(std::string_view text);
};
inline constexpr std::size_t kMaxRememberedLocations = 2;
/// A longer location is not remembered.
inline constexpr std::size_t kMaxRememberedUrlBytes = 512;

}  // namespace homeport::reach
