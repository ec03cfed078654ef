#include "net/network.hpp"

namespace homeport::net {

Result<std::unique_ptr<DatagramPort>> Network::open_datagrams(const Endpoint&, DatagramSink) {
    return fail(Errc::invalid, "this network has no datagrams");
}

std::unique_ptr<Splice> Network::splice() {
    return std::make_unique<CopySplice>();
}

bool Network::watch_peer(Stream&, const PeerWatch&) {
    return false;
}

std::optional<IpAddress> Network::source_for(const Endpoint&) {
    return std::nullopt;
}

}  // namespace homeport::net
