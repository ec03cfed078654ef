#pragma once

#include "net/datagram_port.hpp"
#include "net/linux/loop.hpp"
#include "net/pump.hpp"

#include <memory>
#include <vector>

namespace homeport::net {

Result<Fd> open_datagram_socket(const Endpoint& local);

class SocketDatagrams final : public DatagramPort, private EventSource {
public:
    SocketDatagrams(EpollLoop& loop, Fd fd, DatagramSink on_datagram);
    ~SocketDatagrams() override;
    SocketDatagrams(const SocketDatagrams&) = delete;
    SocketDatagrams& operator=(const SocketDatagrams&) = delete;

    /// Error: limit.
    Result<> start();
    Endpoint local() const override;
    Result<> send(const Endpoint& to, Bytes datagram) override;

private:
    void on_events(std::uint32_t events) override;
    void receive();

    EpollLoop& loop_;
    Fd fd_;
    Registration registration_;
    std::shared_ptr<DatagramSink> on_datagram_;  ///< shared: it may destroy this port
    std::vector<std::byte> room_;
    Continuation again_;
};

}  // namespace homeport::net
