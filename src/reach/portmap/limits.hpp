#pragma once
/// Limits of the port mapping machines. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::reach {

/// Wishes of one machine; more are reported as failed, full.
inline constexpr std::size_t kMaxMappings = 256;
/// Octets of a mapping's description; longer ones are cut.
inline constexpr std::size_t kMaxDescription = 32;
/// A longer reply of a router counts as garbage.
inline constexpr std::size_t kMaxHttpReplyBytes = 64 * 1024;
/// What a machine may want to be remembered.
inline constexpr std::size_t kMaxMemoryBytes = 4096;

}  // namespace homeport::reach
