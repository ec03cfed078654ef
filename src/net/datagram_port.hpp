#pragma once
/// A UDP port of our own, to ask others with.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <functional>

namespace homeport::net {

/// What arrives longer is dropped.
inline constexpr std::size_t kMaxDatagramBytes = 64 * 1024;

class DatagramPort {
public:
    virtual ~DatagramPort() = default;
    /// The address in use, with the port the kernel chose when 0 was asked.
    virtual Endpoint local() const = 0;
    /// Hands a datagram to the kernel. An error says that it did not take it; that it arrives is
    /// never promised.
    virtual Result<> send(const Endpoint& to, Bytes datagram) = 0;
};

/// Called from the loop; the view ends with the call. It may destroy the port.
using DatagramSink = std::function<void(const Endpoint& from, Bytes datagram)>;

}  // namespace homeport::net
