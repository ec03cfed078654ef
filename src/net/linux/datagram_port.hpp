#pragma once

#include "net/datagram_port.hpp"
#include "net/linux/loop.hpp"
#include "net/pump.hpp"

#include <memory>
#include <vector>

namespace homeport::net {

Result<Fd> open_datagram_socket(const Endpoint& local, const DatagramPortOptions& options);

class SocketDatagrams final : public DatagramPort, private EventSource {
public:
    SocketDatagrams(EpollLoop& loop, Fd fd, const DatagramPortOptions& options,
                    DatagramSink on_datagram);
    ~SocketDatagrams() override;
    SocketDatagrams(const SocketDatagrams&) = delete;
    SocketDatagrams& operator=(const SocketDatagrams&) = delete;

    /// Error: limit.
    Result<> start();
    Endpoint local() const override;
    Result<> send(const Endpoint& to, Bytes datagram) override;
    Result<> send_with_hops(const Endpoint& to, Bytes datagram, unsigned hops) override;

private:
    void on_events(std::uint32_t events) override;
    void run();
    bool tell_faults();
    bool receive();
    Result<> transmit(const Endpoint& to, Bytes datagram, unsigned hops);

    EpollLoop& loop_;
    Fd fd_;
    Registration registration_;
    unsigned interface_;
    // Shared: they may destroy this port.
    std::shared_ptr<DatagramSink> on_datagram_;
    std::shared_ptr<DatagramFaultSink> on_fault_;
    std::vector<std::byte> room_;
    Continuation again_;
    bool faulty_ = false;  ///< reports may wait in the error queue
};

}  // namespace homeport::net
