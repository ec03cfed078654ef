#pragma once
/// The limits of the tunnel protocol. Behaviour when full stands at each.

#include "core/chunk.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::tunnel {

inline constexpr std::uint64_t kProtocolVersion = 1;

/// Frames are packed into records of at most this many bytes; sealed by TLS, one fills a block.
inline constexpr std::size_t kRecordBytes = kChunkBytes - kSealBytes;
/// Pieces of memory that one record is gathered from. More: the rest is copied.
inline constexpr std::size_t kMaxRecordPieces = 32;
/// Type, length, stream id and offset in front of a DATA payload.
inline constexpr std::size_t kMaxDataHeaderBytes = 1 + 8 + 8 + 8;
inline constexpr std::size_t kMaxDataPayloadBytes = kRecordBytes - kMaxDataHeaderBytes;
/// A longer frame is a protocol error: the link is dropped. Before the peer's key is known to us:
/// less.
inline constexpr std::size_t kMaxFrameBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxFirstFrameBytes = 1024;
/// Frames other than ANNOUNCE and ANNOUNCED that are not DATA stay below this.
inline constexpr std::size_t kMaxControlFrameBytes = 800;

/// Offers in one ANNOUNCE, names in one offer. More: the announcement is refused.
inline constexpr std::size_t kMaxOffers = 256;
inline constexpr std::size_t kMaxHostsPerOffer = 256;
inline constexpr std::size_t kMaxRulesPerOffer = 1024;
inline constexpr std::size_t kMaxStandInBytes = 256 * 1024;
inline constexpr std::size_t kMaxNameBytes = 255;
/// What an agent asks for. Longer texts are refused before they are sent; in a frame they are a
/// protocol error. A longer reason is cut.
inline constexpr std::size_t kMaxHostBytes = 253;
inline constexpr std::size_t kMaxChallengeBytes = 255;
inline constexpr std::size_t kMaxParkAnswerBytes = 255;
inline constexpr std::size_t kMaxReasonBytes = 255;

/// Streams of one session. More: the visitor is refused (`limit`).
inline constexpr std::size_t kMaxStreams = 32 * 1024;
/// Answers owed for resets of streams we do not know. More: the link is dropped.
inline constexpr std::size_t kMaxOwedResetAcks = 4 * kMaxStreams;

/// The most a receiver grants a new stream (Budget::first_window).
inline constexpr std::uint64_t kInitialWindowBytes = 256 * 1024;
/// Bytes taken from a source beyond what was sent: enough to fill the next records, no more.
inline constexpr std::uint64_t kReadAheadBytes = 256 * 1024;
/// What may wait in a stream whose target is not connected yet.
inline constexpr std::uint64_t kEarlyBytes = 64 * 1024;
/// The share of a budget's free bytes that one stream may take: the more is used, the less each
/// gets.
inline constexpr std::uint64_t kBudgetShareDivisor = 4;
/// The share of a budget that the first windows of many streams make up together.
inline constexpr std::uint64_t kFirstWindowDivisor = 8;
/// What a stream may always hold, also over a spent budget, so that nobody starves.
inline constexpr std::uint64_t kLeastShareBytes = 16 * 1024;
/// A stream that sent more than this in its current burst is bulk: it goes behind the others.
inline constexpr std::uint64_t kBulkBytes = 256 * 1024;

/// Acknowledgements wait this long for company, unless half a window is owed or a record leaves
/// anyway.
inline constexpr Duration kAckDelay = 10ms;

}  // namespace homeport::tunnel
