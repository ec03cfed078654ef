#pragma once
/// The zones of a relay's settings, read: what `homeport check` complains about and the relay
/// serves.

#include "cli/console.hpp"
#include "config/settings.hpp"
#include "dns/zonefile/read_zone.hpp"

#include <expected>
#include <string>

namespace homeport::cli {

/// Faults stand at their line of the zone's file, or of `settings_file` for records there. `serial`
/// is that of a SOA which the text does not have.
std::expected<dns::ReadZone, dns::ZoneFaults> read_zone(const config::ZoneSource& source,
                                                        const std::string& settings_file,
                                                        std::uint32_t serial);

/// False: faults, which were printed on `err`, a line each. Like those below.
bool zones_good(const config::Relay& relay, const std::string& settings_file,
                const Console& console);
bool keys_good(const config::Relay& relay, const std::string& settings_file,
               const Console& console);
/// Also that the certificate of the name service and its key can be read and belong together.
bool names_good(const config::Relay& relay, const std::string& settings_file,
                const Console& console);

}  // namespace homeport::cli
