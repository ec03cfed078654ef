#include "reach/portmap/mapping.hpp"

namespace homeport::reach {

std::string_view to_text(MapProtocol protocol) {
    switch (protocol) {
    case MapProtocol::pcp:
        return "PCP";
    case MapProtocol::nat_pmp:
        return "NAT-PMP";
    case MapProtocol::upnp:
        return "UPnP";
    }
    return "?";
}

std::string_view to_text(Transport transport) {
    return transport == Transport::tcp ? "TCP" : "UDP";
}

std::string_view to_text(MapFault fault) {
    switch (fault) {
    case MapFault::none:
        return "no fault";
    case MapFault::silent:
        return "the router does not answer";
    case MapFault::unsupported:
        return "the router does not know how to do this";
    case MapFault::not_authorized:
        return "the router does not allow it to this device";
    case MapFault::conflict:
        return "the port belongs to another device";
    case MapFault::other_port:
        return "the router offers another port only";
    case MapFault::full:
        return "the router has no room for more";
    case MapFault::no_network:
        return "the router has no connection itself";
    case MapFault::refused:
        return "the router refuses";
    case MapFault::garbage:
        return "the router's answers make no sense";
    }
    return "?";
}

}  // namespace homeport::reach
