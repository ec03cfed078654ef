#pragma once
/// The limits of zones and of answers. Behaviour when full stands at each.

#include <cstddef>

namespace homeport::dns {

/// Records of one set; octets of one set with its signatures, which must fit a message over TCP.
/// More: the edit is refused.
inline constexpr std::size_t kMaxRecordsPerSet = 2048;
inline constexpr std::size_t kMaxSetBytes = 60 * 1024;
/// Types at one name (CVE-2024-1737 was about names with very many). More: the edit is refused.
inline constexpr std::size_t kMaxTypesPerName = 100;
/// Names of a zone, empty non-terminals included. More: the edit is refused.
inline constexpr std::size_t kMaxNamesPerZone = 20'000'000;
/// Signatures over one set (a roll of keys needs two to four). More: the edit is refused.
inline constexpr std::size_t kMaxSignaturesPerSet = 16;

/// CNAMEs followed for one question. More: the answer ends there.
inline constexpr std::size_t kMaxCnameChain = 16;
/// Name servers of a delegation whose addresses are looked up. More: the rest goes without glue.
inline constexpr std::size_t kMaxGlueServers = 32;

}  // namespace homeport::dns
