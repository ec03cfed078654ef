#pragma once
/// Limits of TLS connections. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::net {

/// Plain bytes in one record (RFC 8446 section 5.1).
inline constexpr std::size_t kMaxRecordBytes = 16 * 1024;
/// Sealed bytes that wait for the socket; from there write() answers `again`.
inline constexpr std::size_t kBacklogHighBytes = 96 * 1024;
/// on_writable() comes when the backlog has fallen below this.
inline constexpr std::size_t kBacklogLowBytes = kBacklogHighBytes / 2;
/// More than write() can leave behind; a peer that makes the engine answer beyond this is cut.
inline constexpr std::size_t kBacklogCutBytes = 2 * kBacklogHighBytes;
/// Sealed bytes that are sent at once instead of at the end of the turn.
inline constexpr std::size_t kSendNowBytes = 64 * 1024;
/// Sealed bytes asked of the socket in one read: the first when nothing is known, the second after
/// a read that filled the first.
inline constexpr std::size_t kFirstReadBytes = 32 * 1024;
inline constexpr std::size_t kLargeReadBytes = 128 * 1024;
/// Free blocks of 16 KiB that all connections of one TlsSecurity keep for reuse.
inline constexpr std::size_t kKeptBlocks = 64;
/// Records sealed with one key before the key is updated (RFC 8446 section 5.5 allows 2^24.5).
inline constexpr std::uint64_t kRecordsPerKey = std::uint64_t{1} << 23;
/// The peer's certificate; a longer one fails the handshake.
inline constexpr std::size_t kMaxCertificateBytes = 4096;
/// A connection idle this long gives its working memory back.
inline constexpr Duration kIdleAfter = 5s;
/// Destroyed connections whose last bytes still wait for the socket; beyond that they are cut.
inline constexpr std::size_t kMaxFarewells = 256;
inline constexpr Duration kFarewellTime = 10s;
/// A key file; longer is not one of ours.
inline constexpr std::size_t kMaxKeyFileBytes = 4096;

}  // namespace homeport::net
