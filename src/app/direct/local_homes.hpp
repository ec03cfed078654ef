#pragma once
/// The home as the front at its own door sees it: always there, its targets one step away.

#include "app/direct/direct_stream.hpp"
#include "front/front.hpp"
#include "tunnel/agent/services.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace homeport::app {

class LocalHomes final : public front::Homes {
public:
    /// Ports where visitors of http and tls services come, as they know them.
    struct Ports {
        std::uint16_t http = 0;
        std::uint16_t tls = 0;
    };

    LocalHomes(const DirectStream::World& world, Ports ports) : world_(world), ports_(ports) {}

    /// Replaces the list; streams of services that are gone go on. Returns what the front is to
    /// publish: in no order of meaning, without services of ftp.
    std::vector<front::Service> replace(std::vector<config::Service> services);

    std::unique_ptr<net::BufferedStream> open(const std::string& agent, std::uint32_t service,
                                              std::uint16_t port,
                                              const front::Visitor& visitor) override;
    bool up(const std::string&) const override { return true; }

private:
    /// The port that the visitor knows, also where he came in by another.
    std::uint16_t outer_port(std::uint32_t service, std::uint16_t port) const;

    DirectStream::World world_;
    Ports ports_;
    tunnel::Services services_;
    std::map<std::uint32_t, ServiceKind> kinds_;
};

}  // namespace homeport::app
