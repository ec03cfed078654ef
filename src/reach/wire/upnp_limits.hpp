#pragma once
/// Limits of what is read of UPnP routers. What is beyond them counts as malformed.

#include <cstddef>

namespace homeport::reach {

/// Octets of a document; a description of a talkative router has 10 KiB.
inline constexpr std::size_t kMaxXmlBytes = 64 * 1024;
/// Elements inside each other; a description has 9.
inline constexpr std::size_t kMaxXmlDepth = 16;
/// Elements without elements inside, in one document.
inline constexpr std::size_t kMaxXmlLeaves = 1024;
/// Octets of a URL.
inline constexpr std::size_t kMaxUrlBytes = 1024;
/// Octets of an SSDP datagram, and its lines.
inline constexpr std::size_t kMaxSsdpBytes = 2048;
inline constexpr std::size_t kMaxSsdpLines = 64;
/// Octets of the identity of a subscription, of a device, and of a router's own words in reports.
inline constexpr std::size_t kMaxSidBytes = 128;
inline constexpr std::size_t kMaxUuidBytes = 96;
inline constexpr std::size_t kMaxWordsBytes = 64;

}  // namespace homeport::reach
