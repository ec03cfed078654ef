#pragma once
/// A connection on a tls address until its ClientHello is read: an agent's link goes to the link
/// handler, a visitor on to the service of his server name, anybody else gets a TLS alert.

#include "core/chunk.hpp"
#include "front/hall.hpp"
#include "net/pump.hpp"

namespace homeport::front {

class TlsVisitor final : public VisitorBase {
public:
    TlsVisitor(Hall& hall, Arrival arrival);

    void begin() override { run(); }
    /// Not bound to a service yet.
    bool leave(const ServiceEntry&) override { return false; }

private:
    enum class State : std::uint8_t { hello, lingering };

    void run();
    void on_timeout();
    void read_hello();
    void linger();
    void drop();
    void hand_to_links();
    void hand_to_service(ServiceEntry& entry);
    void refuse_name();

    Hall& hall_;
    std::unique_ptr<net::Stream> stream_;
    Visitor visitor_;
    State state_ = State::hello;
    net::Edges edges_;
    net::Timer timer_;
    SliceQueue input_;
    std::size_t needed_ = 1;  ///< input_ bytes before parsing again makes sense
    std::size_t drained_ = 0;
};

}  // namespace homeport::front
