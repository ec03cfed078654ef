#pragma once
/// A tunnel stream that may go on beside its link: what visitor and target say is already encrypted
/// between them (`inner = "trust"`), so a long transfer need not be sealed again. It begins like
/// every other stream; then both ends move to a connection of its own, each direction at its exact
/// byte. docs/protocol/tunnel.md section 8 has the rules. From then on it cannot be resumed.
///
/// Beneath, the end of a direction of the tunnel stream means "goes on beside", once a way beside
/// it is agreed on; the real end is that of the connection.

#include "net/lifetime.hpp"
#include "net/network.hpp"
#include "tunnel/tunnel_stream.hpp"

#include <cstdint>
#include <memory>

namespace homeport::tunnel {

class BypassStream;

/// Who arranges the ways beside.
class BypassDesk {
public:
    /// Enough has been moved that another way would pay; answered by divert() or stay(), at once or
    /// later, or never.
    virtual void on_bulk(BypassStream& stream) = 0;
    /// The stream is being destroyed.
    virtual void on_gone(BypassStream& stream) = 0;

protected:
    ~BypassDesk() = default;
};

class BypassStream final : public net::BufferedStream, net::StreamHandler {
public:
    /// `desk` and `network` must outlive the stream.
    BypassStream(net::Network& network, std::unique_ptr<TunnelStream> inner, BypassDesk& desk);
    ~BypassStream() override;
    BypassStream(const BypassStream&) = delete;
    BypassStream& operator=(const BypassStream&) = delete;

    StreamId id() const { return inner_->id(); }
    /// Agent: the relay has agreed; all that follows goes over `beside`. May destroy the stream.
    void divert(std::unique_ptr<net::Stream> beside);
    /// Agent: not now; on_bulk() comes again after much more.
    void stay();
    /// Relay: agreed; to be used as soon as the agent begins to. Requires linked(). May destroy the
    /// stream.
    void await(std::unique_ptr<net::Stream> beside);
    bool linked() const { return state_ == State::linked; }

    using Stream::read;
    using Stream::write;
    net::IoResult read(std::span<const MutableBytes> into) override;
    net::IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(net::StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return inner_->peer(); }
    Endpoint local() const override { return inner_->local(); }

    net::IoResult fill_from(net::Stream& source, std::size_t max_bytes) override;
    net::IoResult drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) override;
    std::size_t room() const override;
    std::size_t readable() const override;
    bool established() const override { return inner_->established(); }
    Errc failure() const override { return inner_->failure(); }

private:
    enum class State : std::uint8_t {
        linked,    ///< everything goes over the link
        awaiting,  ///< relay: `beside_` is there, the agent has not begun to use it
        diverted,  ///< what is sent goes beside; what comes too, behind the end of `inner_`
    };

    void on_readable() override;
    void on_writable() override;
    bool look_for_go();
    void switch_over();
    void tell(bool readable, bool writable);
    net::IoResult count(const net::IoResult& result);
    bool ends_inside(const net::IoResult& result);
    net::Splice& way_in();
    net::Splice& way_out();

    net::Network& network_;
    std::unique_ptr<TunnelStream> inner_;
    BypassDesk& desk_;
    std::unique_ptr<net::Stream> beside_;
    std::unique_ptr<net::Splice> way_in_;   ///< into `beside_`
    std::unique_ptr<net::Splice> way_out_;  ///< out of it
    net::StreamHandler* handler_ = nullptr;
    net::Lifetime lifetime_;
    std::uint64_t moved_ = 0;  ///< over the link, both ways
    std::uint64_t ask_at_;
    State state_ = State::linked;
    bool inner_over_ = false;  ///< all that came over the link has been read
    bool write_shut_ = false;
};

}  // namespace homeport::tunnel
