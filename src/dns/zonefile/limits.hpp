#pragma once
/// The limits of zones written as text. Behaviour when full stands at each.

#include <cstddef>

namespace homeport::dns {

/// More: the text is refused unread.
inline constexpr std::size_t kMaxZoneTextBytes = 64UL * 1024 * 1024;
/// One record with everything between its parentheses; 64 KiB of data take four times as much when
/// each octet is written as \DDD. More: a fault.
inline constexpr std::size_t kMaxRecordTextBytes = 512UL * 1024;
/// All names and data of a text in wire form. More: a fault, and reading ends.
inline constexpr std::size_t kMaxZoneOctets = 1024UL * 1024 * 1024;
/// Faults, and warnings, that are told of one text. More: reading ends; later warnings are dropped.
inline constexpr std::size_t kMaxZoneFaults = 20;
/// What a fault quotes from the text. More is cut.
inline constexpr std::size_t kMaxQuotedBytes = 80;

/// What is wrong, in one fault. More is cut.
inline constexpr std::size_t kMaxFaultBytes = 400;

}  // namespace homeport::dns
