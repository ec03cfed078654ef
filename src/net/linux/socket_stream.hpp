#pragma once
/// A connected TCP or Unix socket as a Stream.
///
/// It remembers what the kernel last said, so that a user who reads until `again` causes no call
/// into the kernel for the answer it can know: after a short read there is nothing more until the
/// next edge, and after a short write no room.

#include "net/linux/loop.hpp"
#include "net/stream.hpp"

#include <cstdint>

namespace homeport::net {

class SocketStream final : public Stream, private EventSource {
public:
    enum class Kind : std::uint8_t { tcp, local };

    /// Takes over a connected non-blocking socket that `loop` watches. `loop` must outlive the
    /// stream.
    SocketStream(EpollLoop& loop, const Registration& registration, Kind kind,
                 const Endpoint& peer);
    /// An end that was not meant is a reset: also when the process is killed.
    /// A TCP socket with bytes under way goes on delivering them for a while (see lingering.hpp).
    ~SocketStream() override;
    SocketStream(const SocketStream&) = delete;
    SocketStream& operator=(const SocketStream&) = delete;

    using Stream::read;
    using Stream::write;
    IoResult read(std::span<const MutableBytes> into) override;
    IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return peer_; }
    Endpoint local() const override;

    /// As read() and write(), but the bytes go into and come out of a pipe of the kernel. The pipe
    /// must be empty before the first, so that `again` can only be said of the socket.
    IoResult read_into_pipe(int pipe, std::size_t max_bytes);
    IoResult write_from_pipe(int pipe, std::size_t bytes);

    /// The descriptor, -1 after reset().
    int native() const { return registration_.fd; }

private:
    void on_events(std::uint32_t events) override;
    bool note_events(std::uint32_t events, bool& write_edge);
    IoResult read_result(long count, std::size_t room, int error);
    IoResult write_result(long count, std::size_t offered, int error);
    bool has(unsigned flag) const { return (flags_ & flag) != 0; }
    void set(unsigned flag) { flags_ = static_cast<std::uint16_t>(flags_ | flag); }
    void clear(unsigned flag) { flags_ = static_cast<std::uint16_t>(flags_ & ~flag); }

    EpollLoop& loop_;
    StreamHandler* handler_ = nullptr;
    Registration registration_;
    Endpoint peer_;
    std::uint16_t flags_;
};

}  // namespace homeport::net
