#pragma once
/// The first step of a connection from a trusted balancer: its PROXY header, then on to the visitor
/// object for the door it came through.

#include "core/chunk.hpp"
#include "front/hall.hpp"
#include "net/pump.hpp"

#include <functional>

namespace homeport::front {

/// Where an arrival goes after the header. `entry` is set for ports of tcp services.
struct Door {
    enum class Kind : std::uint8_t { http, tls, tcp } kind;
    ServiceEntry* entry = nullptr;
    std::uint16_t port = 0;
};

/// Makes the visitor object for `door` and lets it enter.
void receive(Hall& hall, const Door& door, Arrival arrival);

class ProxyVisitor final : public VisitorBase {
public:
    ProxyVisitor(Hall& hall, const Door& door, Arrival arrival);

    void begin() override { run(); }
    bool leave(const ServiceEntry& entry) override;

private:
    void run();
    void on_timeout();
    void refuse();
    void hand_over(std::size_t header_bytes, const Visitor& visitor);

    Hall& hall_;
    Door door_;
    std::unique_ptr<net::Stream> stream_;
    Visitor visitor_;
    net::Edges edges_;
    net::Timer timer_;
    std::vector<std::byte> input_;
};

}  // namespace homeport::front
