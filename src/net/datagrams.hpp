#pragma once
/// A service that answers datagrams by datagrams, one for one, on threads of its own. It is no
/// guest of the Loop: a handler shares nothing with it but what is made for several threads.
/// `net/linux` has the service on UDP sockets.

#include "core/bytes.hpp"
#include "core/ip.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace homeport::net {

/// A longer request is dropped: it arrives cut.
inline constexpr std::size_t kDatagramRequestBytes = 4096;
/// The room for a reply.
inline constexpr std::size_t kDatagramReplyBytes = 4096;
/// Requests received together, at most; more wait in the kernel.
inline constexpr std::size_t kDatagramBatch = 32;
/// More workers are refused (invalid).
inline constexpr std::size_t kMaxDatagramWorkers = 64;

/// The way back to where a request came from, for a reply that is made later and elsewhere.
class DatagramReturn {
public:
    virtual ~DatagramReturn() = default;
    /// From any thread, also after the service has ended: the socket lives as long as this. What
    /// the kernel does not take is lost.
    virtual void send(Bytes reply) const = 0;
};

/// A request while its handler looks at it.
class DatagramRequest {
public:
    DatagramRequest(Bytes request, const Endpoint& source) : bytes(request), from(source) {}
    virtual std::unique_ptr<DatagramReturn> way_back() const = 0;

    Bytes bytes;
    Endpoint from;

protected:
    ~DatagramRequest() = default;
};

/// What one worker does with requests. All calls come from the worker's thread; it is made, and
/// destroyed after the thread has ended, by the owner of the service.
class DatagramHandler {
public:
    virtual ~DatagramHandler() = default;
    /// Comes before the requests that were received together: the place for a look at the clock and
    /// at news from other threads.
    virtual void begin_batch() {}
    /// Answers `request` in `reply`, which has kDatagramReplyBytes. Returns how many bytes go back
    /// to where it came from; 0: none now. All views end with the call. It may not block, nor
    /// throw.
    virtual std::size_t answer(const DatagramRequest& request, MutableBytes reply) = 0;
};

/// One per worker, made in the order of the workers.
using DatagramHandlerMaker = std::function<std::unique_ptr<DatagramHandler>(std::size_t worker)>;

struct DatagramOptions {
    /// What may wait in the kernel for one socket of one worker; the kernel may allow less. Full:
    /// it drops what arrives.
    std::size_t receive_buffer_bytes = 4 * 1024 * 1024;
};

/// Datagrams since the start. A request that the handler left without a reply counts as received
/// only.
struct DatagramCounters {
    std::uint64_t received = 0;
    std::uint64_t answered = 0;  ///< replies that the kernel took
    /// Requests that were too long or came from port 0, and replies that the kernel refused.
    std::uint64_t dropped = 0;
};

/// A running service. Destroying it stops the threads, after the batches in progress, and closes
/// the sockets.
class DatagramService {
public:
    virtual ~DatagramService() = default;
    /// In the order of listening, with the ports the kernel chose where 0 was asked.
    virtual const std::vector<Endpoint>& local() const = 0;
    /// The sum over all workers; from any thread.
    virtual DatagramCounters counters() const = 0;
};

}  // namespace homeport::net
