#pragma once
/// Limits of the home's own door. What happens when one is reached stands beside it.

#include "core/time.hpp"
#include "tunnel/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::app {

/// Bytes that one visitor's connection holds on their way to its target, and as many on the way
/// back; then the sender waits.
inline constexpr std::size_t kDirectBufferBytes = 64 * 1024;
/// Connections at once; more are reset.
inline constexpr std::size_t kDirectVisitors = 4096;
/// A visitor waits so long for his target: dialling it reports its own failure before.
inline constexpr Duration kDirectWait = tunnel::kTargetDialTimeout + 2s;

/// First bytes of visitors who speak first are waited for so long; then the front has its own
/// limits.
inline constexpr Duration kFirstBytesTime = 10s;
/// Visitors of tcp services may wait for the server to speak: while a probe is under way they are
/// held up so long.
inline constexpr Duration kServerFirstTime = 500ms;

/// Where the door listens behind a router that translates: the dynamic ports of RFC 6335 section 6.
inline constexpr std::uint16_t kFirstInternalPort = 49152;
inline constexpr std::uint16_t kInternalPorts = 16384;
/// Ports tried for one external port; then it cannot be opened.
inline constexpr std::uint16_t kInternalPortTries = 64;

/// How often the relay's word about our address is counted again while the link stands: before it
/// grows old.
inline constexpr Duration kRepeatSight = 5min;

}  // namespace homeport::app
