#pragma once
/// A stream over a virtual socket, with the strict edges of net/stream.hpp: without quirks never an
/// edge too many, and none for a handler that was not set when it was due.

#include "net/stream.hpp"
#include "sim/world/host_loop.hpp"
#include "sim/world/socket.hpp"

#include <memory>

namespace homeport::sim {

class SimStream final : public net::Stream, private SocketUser, private Ready {
public:
    explicit SimStream(std::shared_ptr<Socket> socket);
    ~SimStream() override;

    using net::Stream::read;
    using net::Stream::write;
    net::IoResult read(std::span<const MutableBytes> into) override;
    net::IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(net::StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return socket_->remote(); }
    Endpoint local() const override { return socket_->local(); }

    const Socket& socket() const { return *socket_; }
    /// Hands the kernel more than it has room for, as a layer above does that has promised its user
    /// to deliver it. The stream is to be shut or destroyed next.
    void take_over(Bytes bytes);

private:
    void socket_connected() override {}
    void socket_readable() override;
    void socket_writable() override;
    void run() override;
    net::IoResult wait_readable(bool soon);
    net::IoResult wait_writable(bool soon);
    bool dead() const { return cut_ || socket_->orphan(); }
    Simulation& simulation() const;

    std::shared_ptr<Socket> socket_;
    net::StreamHandler* handler_ = nullptr;
    bool cut_ = false;
    bool read_waits_ = false;
    bool write_waits_ = false;
    bool readable_edge_ = false;
    bool writable_edge_ = false;
    bool* destroyed_ = nullptr;  ///< set while run() is on the stack
};

}  // namespace homeport::sim
