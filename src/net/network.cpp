#include "net/network.hpp"

namespace homeport::net {

Result<std::unique_ptr<DatagramPort>> Network::open_datagrams(const Endpoint&,
                                                              const DatagramPortOptions&,
                                                              DatagramSink) {
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

Result<std::vector<InterfaceAddress>> Network::addresses() {
    return fail(Errc::invalid, "this network does not know its addresses");
}

Result<std::vector<Gateway>> Network::gateways() {
    return fail(Errc::invalid, "this network does not know its routers");
}

}  // namespace homeport::net
