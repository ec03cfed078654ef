#pragma once
/// Finds UPnP gateways by SSDP, and says whose word counts: an answer is taken when the gateway or
/// a neighbour sent it and it points to the gateway or, from a neighbour, to the sender. So nobody
/// leads this machine to a place of his choice. Pure.

#include "core/bytes.hpp"
#include "core/time.hpp"
#include "reach/portmap/machine.hpp"
#include "reach/portmap/upnp_options.hpp"
#include "reach/wire/http_url.hpp"
#include "reach/wire/ssdp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace homeport::reach {

/// News of a device: found, still there, or leaving.
struct UpnpFound {
    HttpUrl location;  ///< where the description is; only the address with bye
    std::string uuid;
    std::string server;
    std::optional<std::uint32_t> boot_id;
    bool gateway = false;  ///< at an address of the router
    bool bye = false;
};

class UpnpSearch {
public:
    /// Both must outlive this.
    UpnpSearch(const UpnpOptions& options, MachineOutput& output)
        : options_(options), output_(output) {}

    /// Begins unless one is under way: exact types twice by IPv4, then by IPv6, and at last, when
    /// `everything` was not switched off meanwhile, the question to all devices.
    void begin(TimePoint now);
    void end() { step_ = kSteps; }
    bool under_way() const { return step_ < kSteps; }
    /// A device was found; asking everybody is not needed.
    void spare_everybody() { everything_ = false; }

    void on_time(TimePoint now);
    TimePoint deadline() const { return under_way() ? due_ : kNever; }
    /// Nothing: not of a gateway, not to be trusted, or too much.
    std::optional<UpnpFound> on_datagram(const Endpoint& from, Bytes datagram, bool multicast);
    /// The description may be read: numeric, and at the gateway or a neighbour.
    bool acceptable(const HttpUrl& location) const;

private:
    static constexpr int kSteps = 5;

    void send_v4();
    void send_v6();
    void send(const Endpoint& to, std::string_view target);
    bool within_budget(std::size_t bytes);

    const UpnpOptions& options_;
    MachineOutput& output_;
    int step_ = kSteps;
    bool everything_ = true;
    TimePoint due_ = kNever;
    std::size_t answers_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace homeport::reach
