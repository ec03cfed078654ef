#pragma once
/// What differs between the settings in force and those just read, by key. Pure.

#include "app/status_json.hpp"
#include "config/settings.hpp"

namespace homeport::app {

/// Keys that can change in a running role are in `changed`, the others in `restart`.
ReloadReport compare(const config::Relay& now, const config::Relay& next);
/// A service is named "service.NAME (new)", "(removed)" or "(changed)".
ReloadReport compare(const config::Agent& now, const config::Agent& next);

/// `next` with zones signed as they are `now`, and new ones unsigned: until a restart.
std::vector<config::ZoneSource> with_signing_of(const std::vector<config::ZoneSource>& now,
                                                std::vector<config::ZoneSource> next);

}  // namespace homeport::app
