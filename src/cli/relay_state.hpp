#pragma once
/// What a state directory holds: keys, and a relay's memory.

#include "core/result.hpp"
#include "net/tls/identity.hpp"
#include "store/relay_store.hpp"

#include <memory>
#include <string>

namespace homeport::cli {

/// STATE_DIR/identity.key, made if absent. Errors: those of net::Identity::load_or_create.
Result<net::Identity> own_identity(const std::string& state_dir);
/// STATE_DIR/relay.db. Errors: those of the store.
Result<std::unique_ptr<store::RelayStore>> open_relay_store(const std::string& state_dir);

/// For commands beside the relay: makes the directory if it is missing, becomes its owner, and
/// opens the store. Errors name the remedy.
Result<std::unique_ptr<store::RelayStore>> open_store_beside_relay(const std::string& state_dir);

}  // namespace homeport::cli
