#pragma once
/// Reads what the kernel tells of links, addresses and routes (rtnetlink(7)). Free of sockets. The
/// kernel is trusted, but nothing is read past the end of what it wrote.

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "net/interfaces.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace homeport::net {

class InterfaceDump {
public:
    /// How far an answer has come.
    struct Progress {
        bool done = false;          ///< this was its last part
        bool inconsistent = false;  ///< something changed meanwhile: to be asked again
    };

    /// Reads one part of the answer to the question of that number; answers to others are passed
    /// over. Errors: protocol (malformed), io (the kernel refuses), limit (kMaxHostEntries).
    Result<Progress> read(Bytes part, std::uint32_t sequence);

    /// With the links, once both are read; what belongs to an unknown link is left out.
    std::vector<InterfaceAddress> addresses() const;
    std::vector<Gateway> gateways() const;

private:
    struct Link {
        std::string name;
        bool up = false;
    };
    struct Route {
        Gateway gateway;
        unsigned family = 0;
        bool main = false;  ///< of the main table
    };

    Result<> read_message(std::uint16_t type, Bytes body);
    Result<> read_link(Bytes body);
    Result<> read_address(Bytes body);
    Result<> read_route(Bytes body);
    Result<> add_route(Route route);
    Result<> add_hops(Bytes hops, const Route& route);

    std::map<unsigned, Link> links_;
    std::vector<InterfaceAddress> addresses_;
    std::vector<Route> routes_;
};

}  // namespace homeport::net
