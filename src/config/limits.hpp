#pragma once
/// What a settings file may hold. More is a Problem with its line; nothing is cut off silently.

#include <cstddef>
#include <cstdint>

namespace homeport::config {

inline constexpr std::size_t kMaxFileBytes = 1024 * 1024;
/// Also bounds how deep dotted keys can nest.
inline constexpr std::size_t kMaxLineBytes = 4096;
inline constexpr std::size_t kMaxStandInBytes = 256 * 1024;

/// As many as one announcement of the tunnel takes (tunnel/protocol/limits.hpp).
inline constexpr std::size_t kMaxServices = 256;
inline constexpr std::size_t kMaxHosts = 256;     ///< of one service
inline constexpr std::size_t kMaxNetworks = 512;  ///< of one list of CIDRs
/// Names, rules and stand-in pages of all services together: they travel in one frame of 4 MiB.
inline constexpr std::size_t kMaxAnnouncedBytes = 3 * 1024 * 1024;

inline constexpr std::size_t kMaxPassivePorts = 64;  ///< of one ftp service
/// Of address_hook: the program and its arguments, and the bytes of each.
inline constexpr std::size_t kMaxCommandItems = 16;
inline constexpr std::size_t kMaxCommandItemBytes = 1024;
inline constexpr std::size_t kMaxLoginBytes = 256;  ///< of check_login
/// As many as are asked (reach/service/limits.hpp).
inline constexpr std::size_t kMaxStunServers = 8;
inline constexpr std::size_t kMaxEchoQuestions = 8;

inline constexpr std::size_t kMaxZones = 1000;
/// Of one zone, as much as dns/zonefile reads (its limits.hpp), and of all zones together.
inline constexpr std::size_t kMaxZoneBytes = 64UL * 1024 * 1024;
inline constexpr std::size_t kMaxAllZonesBytes = 256UL * 1024 * 1024;
inline constexpr std::size_t kMaxZoneRecords = 10'000;  ///< in `records`; more belong in a file
inline constexpr std::size_t kMaxHomeAddresses = 16;    ///< more than a small answer could hold
inline constexpr std::uint64_t kMaxDnsWorkers = 64;
inline constexpr std::size_t kMaxDnsKeys = 10'000;
/// Octets of a key's secret: less can be guessed, nobody needs more (dns/tsig/limits.hpp).
inline constexpr std::size_t kMinSecretBytes = 16;
inline constexpr std::size_t kMaxSecretBytes = 512;
inline constexpr std::size_t kMaxSecretFileBytes = 1024;  ///< the longest secret in base64
inline constexpr std::size_t kMaxUpdateTypes = 16;        ///< of one key
inline constexpr std::size_t kMaxTypeBytes = 16;          ///< of the name of a type
inline constexpr std::size_t kMaxSecondaries = 100;
inline constexpr std::uint64_t kMaxNamesPerAccount = 1000;
inline constexpr std::size_t kMaxReservedLabels = 1000;
inline constexpr std::size_t kMaxLabelBytes = 63;          ///< RFC 1035 section 2.3.4
inline constexpr std::uint64_t kMaxNamesRate = 1'000'000;  ///< requests per second
inline constexpr std::uint64_t kMaxSignUps = 1'000'000;    ///< per day
inline constexpr std::uint64_t kMaxDnsRate = 1'000'000;    ///< answers per second

inline constexpr std::size_t kMaxListeners = 16;  ///< of one list of addresses
inline constexpr std::size_t kMaxNameBytes = 64;
inline constexpr std::size_t kMaxPathBytes = 1024;
/// sockaddr_un::sun_path on Linux, without its final zero.
inline constexpr std::size_t kMaxSocketPathBytes = 107;

/// Told of one file; who mends these sees the rest next time.
inline constexpr std::size_t kMaxProblems = 1000;
/// One line on a terminal; a longer message is cut.
inline constexpr std::size_t kMaxMessageBytes = 400;

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

}  // namespace homeport::config
