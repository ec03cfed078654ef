#pragma once
/// A home router: hosts behind it reach the world under its external address, which the provider
/// may change. The hosts behind it are not told.

#include "core/ip.hpp"
#include "sim/world/simulation.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace homeport::sim {

class Router {
public:
    /// What becomes of segments of connections from before a change.
    enum class Strangers : std::uint8_t {
        silent,  ///< dropped: nobody learns anything
        reset,   ///< sent on under the new address: the far kernel answers RST to the home's end
    };
    /// What answers at the old address, to the far end.
    enum class OldAddress : std::uint8_t {
        silent,  ///< nobody
        reset,   ///< the router of the customer who has it now
    };

    Router(Simulation& simulation, std::string name, IpAddress external);

    Strangers strangers = Strangers::silent;
    OldAddress old_address = OldAddress::silent;
    /// A mapping unused for so long is forgotten.
    Duration idle_timeout = 24h;

    /// Takes the present address away at once and gives `next` after `gap`.
    void change_external_address(IpAddress next, Duration gap);
    /// The router restarts: address kept, table empty.
    void flush_mappings() { ++epoch_; }

    /// nullopt during a gap.
    std::optional<IpAddress> external() const { return external_; }
    std::uint64_t epoch() const { return epoch_; }
    const std::string& name() const { return name_; }

private:
    Simulation& simulation_;
    std::string name_;
    std::optional<IpAddress> external_;
    std::uint64_t epoch_ = 0;
    std::uint64_t changes_ = 0;
};

}  // namespace homeport::sim
