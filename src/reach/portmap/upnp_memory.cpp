#include "reach/portmap/upnp_memory.hpp"

#include "core/text.hpp"
#include "reach/portmap/limits.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

constexpr std::string_view kLocation = "location ";
constexpr std::string_view kLease = "lease ";
constexpr std::string_view kNoExtension = "no-extension";
constexpr std::string_view kPinhole = "pinhole ";

/// A location's line, a lease's, "no-extension", and of each pinhole 8 + 24 + 1 + 5 + 1 octets.
static_assert(kMaxRememberedLocations * (kMaxRememberedUrlBytes + 10) + 40 +
                  kMaxRememberedPinholes * 39 <=
              kMaxMemoryBytes);

std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

void read_lease(std::string_view text, UpnpQuirks& quirks) {
    if (text == "permanent") quirks.lease = UpnpQuirks::Lease::permanent;
    if (text == "week") quirks.lease = UpnpQuirks::Lease::week;
}

void read_pinhole(std::string_view text, UpnpMemory& memory) {
    MappingNonce nonce;
    const auto blank = std::min(text.find(' '), text.size());
    const auto octets = from_hex(text.substr(0, blank));
    const auto number = parse_uint(text.substr(std::min(blank + 1, text.size())), 65535);
    if (!octets || octets->size() != nonce.size() || !number) return;
    if (memory.pinholes.size() >= kMaxRememberedPinholes) return;
    std::ranges::copy(*octets, nonce.begin());
    memory.pinholes[nonce] = std::to_string(*number);
}

void read_line(std::string_view line, UpnpMemory& memory) {
    if (line.starts_with(kLocation)) {
        auto url = HttpUrl::parse(line.substr(kLocation.size()));
        const bool room = memory.locations.size() < kMaxRememberedLocations;
        if (url && room) memory.locations.push_back(std::move(*url));
    }
    if (line.starts_with(kLease)) read_lease(line.substr(kLease.size()), memory.quirks);
    if (line == kNoExtension) memory.quirks.no_extension = true;
    if (line.starts_with(kPinhole)) read_pinhole(line.substr(kPinhole.size()), memory);
}

}  // namespace

std::string UpnpMemory::to_text() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(locations.size(), kMaxRememberedLocations); ++i) {
        const std::string url = locations[i].to_string();
        if (url.size() <= kMaxRememberedUrlBytes) text.append(kLocation).append(url).append("\n");
    }
    if (quirks.lease == UpnpQuirks::Lease::permanent) text.append(kLease).append("permanent\n");
    if (quirks.lease == UpnpQuirks::Lease::week) text.append(kLease).append("week\n");
    if (quirks.no_extension) text.append(kNoExtension).append("\n");
    std::size_t written = 0;
    for (const auto& [nonce, number] : pinholes) {
        if (++written > kMaxRememberedPinholes) break;
        text.append(kPinhole).append(to_hex(nonce)).append(" ").append(number).append("\n");
    }
    return text;
}

UpnpMemory UpnpMemory::read(std::string_view text) {
    UpnpMemory memory;
    text = text.substr(0, kMaxMemoryBytes);
    while (!text.empty()) read_line(take_line(text), memory);
    return memory;
}

}  // namespace homeport::reach
