#pragma once
/// For tests: zones from text, as the lines that people would read.

#include "dns/wire/testing.hpp"
#include "dns/zonefile/read_zone.hpp"
#include "dns/zonefile/rrset_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace homeport::dns::testing {

inline constexpr std::string_view kApexLines = "@ SOA ns1 admin 1 2 3 4 5\n@ NS ns1\n";

inline auto read(std::string_view text, std::string_view apex = "example.net.") {
    return read_zone({.source = "z", .text = text, .apex = name(apex), .serial = 7});
}

inline std::vector<std::string> lines_of(const ZoneFaults& faults) {
    std::vector<std::string> lines;
    for (const ZoneFault& fault : faults) lines.push_back(fault.to_string());
    return lines;
}

/// The faults, or none.
inline std::vector<std::string> faults(std::string_view text) {
    const auto zone = read(text);
    return zone ? std::vector<std::string>{} : lines_of(zone.error());
}

/// All sets in canonical order, a line for each record.
inline std::string dump(const Zone& zone) {
    std::string text;
    zone.nodes().for_each([&text](const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i) text += to_text(node.name(), node.set(i));
    });
    return text;
}

}  // namespace homeport::dns::testing
