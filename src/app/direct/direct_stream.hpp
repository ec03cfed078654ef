#pragma once
/// The way from a visitor at the door to the target of his service: dialled when the visitor comes,
/// with a bounded buffer for each direction. Destroying it while bytes for the target are left cuts
/// the connection, so that the target does not take them for all.

#include "core/chunk.hpp"
#include "core/log.hpp"
#include "net/lifetime.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/pump.hpp"
#include "net/stream.hpp"
#include "tunnel/agent/services.hpp"

#include <memory>

namespace homeport::app {

class DirectStream final : public net::BufferedStream, net::StreamHandler {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        Log& log;
        ChunkPool& pool;
    };

    /// Dials at once. `local`: where the visitor came to.
    DirectStream(const World& world, const tunnel::Route& route, const Endpoint& visitor,
                 const Endpoint& local);
    ~DirectStream() override;

    using Stream::read;
    using Stream::write;
    net::IoResult read(std::span<const MutableBytes> into) override;
    net::IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(net::StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return visitor_; }
    Endpoint local() const override { return local_; }

    /// The end of `source` is told only when all before it has gone to the target: whoever sees
    /// both ends may destroy this without a loss.
    net::IoResult fill_from(net::Stream& source, std::size_t max_bytes) override;
    net::IoResult drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) override;
    std::size_t room() const override;
    std::size_t readable() const override { return in_.size(); }
    bool established() const override { return target_ != nullptr; }
    Errc failure() const override { return failure_; }

private:
    void on_readable() override;
    void on_writable() override;

    void resolved(const Result<std::vector<IpAddress>>& addresses);
    void dial(const net::SocketAddress& to);
    void connected(std::unique_ptr<net::Stream> target);
    void refuse(const Error& error);
    void fail(Errc code);
    void report();

    void pull();
    void flush();
    net::IoResult nothing_readable() const;

    World world_;
    tunnel::Route route_;
    Endpoint visitor_;
    Endpoint local_;
    net::StreamHandler* handler_ = nullptr;
    std::unique_ptr<net::Handle> pending_;
    std::unique_ptr<net::Stream> target_;  ///< once it is connected, until it fails
    SliceQueue out_;                       ///< to the target
    SliceQueue in_;                        ///< from it
    bool target_readable_ = true;
    bool target_writable_ = true;
    bool target_ended_ = false;
    bool end_held_ = false;   ///< fill_from() has met the end of its source
    bool finishing_ = false;  ///< shutdown_write() was called
    bool finished_ = false;   ///< and told the target
    bool failed_ = false;
    Errc failure_ = Errc::closed;
    net::Lifetime lifetime_;
    net::Continuation report_;
};

}  // namespace homeport::app
