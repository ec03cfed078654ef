#pragma once
/// The limits of the DNS wire format and of what is read from it. Behaviour when full stands at
/// each.

#include <cstddef>
#include <cstdint>

namespace homeport::dns {

inline constexpr std::size_t kHeaderBytes = 12;
inline constexpr std::size_t kMaxMessageBytes = 65535;

/// RFC 1035 section 2.3.4. A longer name is malformed.
inline constexpr std::size_t kMaxNameBytes = 255;
inline constexpr std::size_t kMaxLabelBytes = 63;
/// Labels of one octet and the root fill 255 octets.
inline constexpr std::size_t kMaxLabels = 127;
/// Each pointer leads further back and a name has at most kMaxLabels labels, so an honest writer
/// needs no more. More: the name is malformed.
inline constexpr std::size_t kMaxNamePointers = kMaxLabels;

/// What every requester takes over UDP without EDNS (RFC 1035 section 4.2.1), and the most that is
/// sent with it: fits every path without fragments (DNS flag day 2020).
inline constexpr std::size_t kMinUdpBytes = 512;
inline constexpr std::size_t kMaxUdpBytes = 1232;

/// Suffixes of names that the writer remembers for compression. More: later names compress less.
inline constexpr std::size_t kMaxRememberedNames = 48;

/// An OPT record without options (RFC 6891 section 6.1.2).
inline constexpr std::size_t kOptBytes = 11;
/// DNS cookies (RFC 7873 section 4).
inline constexpr std::size_t kClientCookieBytes = 8;
inline constexpr std::size_t kMinServerCookieBytes = 8;
inline constexpr std::size_t kMaxServerCookieBytes = 32;

/// RFC 2181 section 8.
inline constexpr std::uint32_t kMaxTtl = 0x7fffffff;

}  // namespace homeport::dns
