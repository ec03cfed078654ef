#pragma once
/// Datagram services on UDP sockets of this host: one thread per worker, each with a socket of its
/// own per address (SO_REUSEPORT), so that workers share nothing and the kernel spreads the
/// clients.

#include "core/result.hpp"
#include "net/datagrams.hpp"

namespace homeport::net {

/// Binds `listen` (each IPv6 address for IPv6 only) for `workers` threads and starts them.
/// `make_handler` is called from this thread before. A reply leaves from the address that was
/// asked, also where a wildcard address listens; it may be fragmented but never by what an ICMP
/// message claims of the path (RFC 9715). A reply that the kernel does not take at once
/// is dropped. The threads take no signals. Errors: exists (address in use), denied (low port
/// without right), invalid (not our address, no address, no or too many workers), limit (out of
/// descriptors or threads).
Result<std::unique_ptr<DatagramService>> serve_datagrams(const std::vector<Endpoint>& listen,
                                                         std::size_t workers,
                                                         const DatagramHandlerMaker& make_handler,
                                                         const DatagramOptions& options = {});

}  // namespace homeport::net
