#pragma once
/// SSDP: finding UPnP devices by datagrams that look like HTTP (UPnP Device Architecture 2.0,
/// section 1). Pure.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "reach/wire/upnp_limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

inline constexpr std::uint16_t kSsdpPort = 1900;
/// 239.255.255.250 and ff02::c, both with kSsdpPort.
Endpoint ssdp_group_v4();
Endpoint ssdp_group_v6();

/// A search for one kind of device or service. `to` stands in HOST; answers shall come within `mx`,
/// in whole seconds from 1 to 5.
std::string write_search(const Endpoint& to, std::string_view target, Duration mx);

struct SsdpMessage {
    enum class Kind : std::uint8_t { answer, alive, update, bye };
    Kind kind = Kind::answer;
    std::string target;    ///< ST or NT
    std::string uuid;      ///< of the device, from USN; empty: none
    std::string location;  ///< as it was written; empty with bye
    std::string server;    ///< software of the device, printable, at most kMaxWordsBytes
    std::optional<std::uint32_t> boot_id;  ///< changes when the device was started anew
};

/// Answers and notifications; errors: protocol (anything else, searches of others included).
Result<SsdpMessage> read_ssdp(Bytes datagram);

/// Printable ASCII for reports, at most kMaxWordsBytes.
std::string plain_words(std::string_view text);

}  // namespace homeport::reach
