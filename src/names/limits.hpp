#pragma once
/// The limits of the name service that are no settings (those are in options.hpp). Behaviour when
/// full stands at each.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::names {

// --- what a request may hold; more is refused before anything is looked up

/// A JSON or form body.
inline constexpr std::size_t kMaxBodyBytes = 4096;
/// A query, still encoded.
inline constexpr std::size_t kMaxQueryBytes = 4096;
/// Names in one update; the number of dyndns2.
inline constexpr std::size_t kMaxHostsPerUpdate = 20;
inline constexpr std::size_t kMinLabelBytes = 3;
inline constexpr std::size_t kMaxLabelBytes = 63;
inline constexpr std::size_t kMinAccountBytes = 3;
inline constexpr std::size_t kMaxAccountBytes = 32;
inline constexpr std::size_t kMinPasswordBytes = 10;
inline constexpr std::size_t kMaxPasswordBytes = 256;
/// What an owner calls a token.
inline constexpr std::size_t kMaxTokenLabelBytes = 64;
inline constexpr std::size_t kMaxNonceBytes = 64;
/// One TXT value: RFC 8555 section 8.4 needs 43, and one string of TXT holds 255.
inline constexpr std::size_t kMaxTxtBytes = 255;
/// The IPv6 prefixes whose host part can be kept.
inline constexpr unsigned kMinPrefixBits = 16;
inline constexpr unsigned kMaxPrefixBits = 64;
/// What an operator says of a takedown or a block.
inline constexpr std::size_t kMaxWhyBytes = 1000;
/// The notice. More is cut off.
inline constexpr std::size_t kMaxNoticeBytes = 4000;
/// The highest counter of an update, a number that stores and JSON can hold.
inline constexpr std::uint64_t kMaxCounter = (std::uint64_t{1} << 53) - 1;

// --- what an account may hold; more is refused until something is removed

inline constexpr std::size_t kMaxTokensPerAccount = 20;
inline constexpr std::size_t kMaxTxtValues = 8;

// --- tables of the whole service

/// Names with TXT values for ACME at one time. Full: no further ones until some are an hour old.
inline constexpr std::size_t kMaxAcmeNames = 100'000;
/// Networks that are blocked. Full: the operator must lift one.
inline constexpr std::size_t kMaxBlocks = 10'000;
/// Challenges answered in the last minutes. Full: no sign-ups until some are too old anyway.
inline constexpr std::size_t kMaxUsedChallenges = 16'384;
/// Buckets of one kind, a power of two. Full: the emptier of two makes room, so that a flood from
/// very many makes a limit laxer, never a table larger.
inline constexpr std::size_t kSourceBuckets = 1 << 16;
inline constexpr std::size_t kNameBuckets = 1 << 16;
inline constexpr std::size_t kAccountBuckets = 1 << 14;
inline constexpr std::size_t kSignUpBuckets = 1 << 14;

// --- times

inline constexpr UnixSeconds kHour = 3600;
inline constexpr UnixSeconds kDay = 24 * kHour;
/// How long a challenge can be answered, and a margin for clocks that step.
inline constexpr UnixSeconds kChallengeSeconds = 300;
/// TXT values for ACME go by themselves.
inline constexpr UnixSeconds kAcmeSeconds = kHour;
/// "To a day": how seldom the times of last use are written.
inline constexpr UnixSeconds kSeenSeconds = kDay;
/// What is taken down stays down: longer than anybody waits.
inline constexpr UnixSeconds kTakedownSeconds = 3650 * kDay;

}  // namespace homeport::names
