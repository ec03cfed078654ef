#include "reach/service/knock_door.hpp"

#include "core/bytes.hpp"
#include "reach/service/knock_stream.hpp"
#include "reach/wire/knock.hpp"

#include <string>
#include <utility>
#include <vector>

namespace homeport::reach {

class KnockDoor::Impl {
public:
    Impl(net::Loop& loop, net::Network& network, const ProbeToken& token)
        : network_(network), token_(token), knockers_(loop, token) {}

    Result<> open(const Endpoint& internal, std::uint16_t external_port, bool udp) {
        if (listeners_.size() + datagrams_.size() >= kMaxKnockPorts)
            return fail(Errc::limit, "too many ports are open for knocks");
        return udp ? open_udp(internal, external_port) : open_tcp(internal, external_port);
    }

    void close() {
        listeners_.clear();
        datagrams_.clear();
    }

private:
    Result<> open_tcp(const Endpoint& internal, std::uint16_t external_port) {
        auto listener = network_.listen(
            internal, {}, [this, external_port](std::unique_ptr<net::Stream> stream) {
                knockers_.look(std::move(stream), external_port, kKnockPatience, {});
            });
        if (!listener) return std::unexpected(listener.error());
        listeners_.push_back(std::move(*listener));
        return {};
    }

    Result<> open_udp(const Endpoint& internal, std::uint16_t external_port) {
        // Ports are only added while the door is open, so the number stays that of this one.
        const std::size_t number = datagrams_.size();
        auto port = network_.open_datagrams(
            internal, [this, number, external_port](const Endpoint& from, Bytes datagram) {
                answer(number, external_port, from, datagram);
            });
        if (!port) return std::unexpected(port.error());
        datagrams_.push_back(std::move(*port));
        return {};
    }

    /// Silence for everything else: the port shall look closed to strangers.
    void answer(std::size_t number, std::uint16_t external_port, const Endpoint& from,
                Bytes datagram) {
        if (datagram.size() != kKnockBytes || match_knock(datagram) != KnockMatch::yes) return;
        const std::string proof = proof_text(token_, datagram, /*udp=*/true, external_port);
        // What the kernel does not take is lost like any datagram; the relay asks again.
        (void)datagrams_[number]->send(from, as_bytes(proof));
    }

    net::Network& network_;
    ProbeToken token_;
    Knockers knockers_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    std::vector<std::unique_ptr<net::DatagramPort>> datagrams_;
};

KnockDoor::KnockDoor(net::Loop& loop, net::Network& network, const ProbeToken& token)
    : impl_(std::make_unique<Impl>(loop, network, token)) {}
KnockDoor::~KnockDoor() = default;

Result<> KnockDoor::open(const Endpoint& internal, std::uint16_t external_port, bool udp) {
    return impl_->open(internal, external_port, udp);
}
void KnockDoor::close() {
    impl_->close();
}

}  // namespace homeport::reach
