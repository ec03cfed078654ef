#pragma once
/// A visitor whose bytes go to the home as they are: of a tcp port, or of a tls service once its
/// name is known. While the home is away nothing is read from him; then the pump runs until both
/// are done.

#include "core/chunk.hpp"
#include "front/hall.hpp"
#include "front/home_wait.hpp"
#include "net/pump.hpp"

namespace homeport::front {

class TcpVisitor final : public VisitorBase {
public:
    /// `first`: bytes already read from him. `port`: the one he came to, 0 for tls.
    TcpVisitor(Hall& hall, Arrival arrival, ServiceEntry& entry, std::uint16_t port,
               SliceQueue first);
    ~TcpVisitor() override;

    void begin() override;
    bool leave(const ServiceEntry& entry) override;

private:
    void refuse();
    void on_home_edge();
    void on_timeout();
    void on_pump_done();
    void start_pump();
    void give_up();

    Hall& hall_;
    ServiceEntry& entry_;
    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<net::BufferedStream> home_;
    std::unique_ptr<net::Pump> pump_;
    Visitor visitor_;
    std::uint16_t port_;
    bool counted_ = false;
    SliceQueue first_;
    net::Edges home_edges_;
    net::Timer timer_;
    HomeWait wait_;
};

}  // namespace homeport::front
