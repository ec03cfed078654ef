#pragma once
/// Limits of TLS connections. What happens when one is reached stands beside it.

#include "core/time.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::net {

inline constexpr std::size_t kRecordHeaderBytes = 5;
/// A sealed record with its header (RFC 8446 section 5.2).
inline constexpr std::size_t kMaxSealedRecordBytes = kRecordHeaderBytes + 16 * 1024 + 256;
/// Sealed bytes that are sent at once instead of at the end of the turn. What the socket does not
/// take then waits, and write() answers `again`.
inline constexpr std::size_t kSendNowBytes = 64 * 1024;
/// More than write() can leave behind; a peer that makes the engine answer beyond this is cut.
inline constexpr std::size_t kBacklogCutBytes = 3 * kSendNowBytes;
/// Sealed bytes asked of the socket in one read, into a buffer that all connections share.
inline constexpr std::size_t kReadBytes = 128 * 1024;
/// Key updates that a peer may announce without a byte of data between them; then it is cut.
inline constexpr int kMaxIdleKeyUpdates = 16;
/// Free blocks of 16 KiB that all connections of one TlsSecurity keep for reuse.
inline constexpr std::size_t kKeptBlocks = 64;
/// Records sealed with one key before the key is updated (RFC 8446 section 5.5 allows 2^24.5).
inline constexpr std::uint64_t kRecordsPerKey = std::uint64_t{1} << 23;
/// The peer's certificate; a longer one fails the handshake.
inline constexpr std::size_t kMaxCertificateBytes = 4096;
/// Destroyed connections whose last bytes still wait for the socket; beyond that they are cut.
inline constexpr std::size_t kMaxFarewells = 256;
inline constexpr Duration kFarewellTime = 10s;
/// A key file; longer is not one of ours.
inline constexpr std::size_t kMaxKeyFileBytes = 4096;

// --- TlsServer

/// From the connection to the end of its handshake; then it is cut.
inline constexpr Duration kServerHandshakeTime = 10s;
/// What OpenSSL makes one record of (RFC 8446 section 5.1).
inline constexpr std::size_t kMaxPlainRecordBytes = 16 * 1024;

}  // namespace homeport::net
