#pragma once
/// Bounds of HTTP/1.x messages and of what their fields hold, with their units.

#include <cstddef>
#include <cstdint>

namespace homeport::http {

// Heads of messages. A request over a limit is answered (414, 431, 400); a response over one is
// malformed.
inline constexpr std::size_t kMaxHeadBytes = 32 * 1024;
inline constexpr std::size_t kMaxFields = 100;
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;
inline constexpr std::size_t kMaxMethodBytes = 32;
inline constexpr std::uint64_t kMaxContentLength = std::uint64_t{1} << 62;  ///< bytes

// Chunked bodies (RFC 9112 section 7.1). Over a limit: the message is malformed.
inline constexpr std::size_t kMaxChunkSizeDigits = 16;
inline constexpr std::size_t kMaxChunkExtensionBytes = 256;
inline constexpr std::size_t kMaxTrailerBytes = 8 * 1024;

// Query strings and forms. Over a limit: an error.
inline constexpr std::size_t kMaxQueryBytes = 16 * 1024;
inline constexpr std::size_t kMaxParameters = 64;

/// An Authorization field; a longer one is an error.
inline constexpr std::size_t kMaxAuthorizationBytes = 4 * 1024;

}  // namespace homeport::http
