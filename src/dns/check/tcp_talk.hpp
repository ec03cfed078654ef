#pragma once
/// One question and its reply on a connection (RFC 1035 section 4.2.2).

#include "core/bytes.hpp"
#include "net/callback.hpp"
#include "net/stream.hpp"

#include <memory>
#include <vector>

namespace homeport::dns::check {

class TcpTalk final : private net::StreamHandler {
public:
    /// `on_news` is called from the loop, when state() may have changed.
    TcpTalk(std::unique_ptr<net::Stream> stream, Bytes question, net::Callback on_news);
    ~TcpTalk();
    TcpTalk(const TcpTalk&) = delete;
    TcpTalk& operator=(const TcpTalk&) = delete;

    enum class State : std::uint8_t { busy, replied, failed };
    /// What can be done now; from then on the edges go on with it.
    void start();
    State state() const { return state_; }
    /// Once replied, without its length.
    Bytes reply() const { return Bytes(received_).subspan(2); }

private:
    void on_readable() override;
    void on_writable() override;
    void write();
    void read();
    void judge();

    std::unique_ptr<net::Stream> stream_;
    net::Callback on_news_;
    std::vector<std::byte> unsent_;
    std::vector<std::byte> received_;
    State state_ = State::busy;
};

}  // namespace homeport::dns::check
