#pragma once
/// The table of all settings. Reading, hints for unknown names and the reference page are driven by
/// it; a new setting is one line here. Sections refer to the settings they fill and must not
/// outlive them.

#include "config/load.hpp"
#include "config/rules.hpp"
#include "config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace homeport::config {

enum class Need : unsigned char { optional, required };

struct Field {
    std::string_view name;
    Need need;
    /// As written in a file. Of an optional setting its default, unless that is none; else an
    /// example.
    std::string_view example;
    /// In words, for an optional setting without a default value; empty: `example` is the default.
    std::string_view absent;
    Rule rule;
    std::string_view about;
};

struct Section {
    std::string_view name;
    bool repeated;  ///< [[name]], once for each
    Need need;
    std::string_view about;
    std::vector<Field> fields;
};

/// All but [names] and those of DNS.
std::vector<Section> relay_sections(Relay& relay);
Section dns_section(Dns& dns);
/// `folder` is where relative paths start.
Section zone_section(ZoneSource& zone, const std::string& folder, FileReader& files);
Section key_section(DnsKey& key, const std::string& folder, FileReader& files);
Section secondary_section(Secondary& secondary);
Section names_section(Names& names, const std::string& folder);
/// All but [[service]].
std::vector<Section> agent_sections(Agent& agent);
Section service_section(Service& service, const std::string& folder, FileReader& files);

}  // namespace homeport::config
