#pragma once
/// What an agent remembers of the relay it is paired with: STATE_DIR/relay.json.

#include "core/ids.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <string>

namespace homeport::cli {

struct PairedRelay {
    HostPort address;
    PublicKey key;
    std::string relay;  ///< the relay's name
    std::string agent;  ///< our name at the relay
    friend bool operator==(const PairedRelay&, const PairedRelay&) = default;
};

/// Errors: not_found (not paired yet); denied (loose mode); invalid (damaged); limit; io.
Result<PairedRelay> load_paired_relay(const std::string& state_dir);
/// Atomic, mode 0600. Error: io.
Result<> save_paired_relay(const std::string& state_dir, const PairedRelay& paired);

}  // namespace homeport::cli
