#include "cli/relay_state.hpp"

#include "cli/state_dir.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace homeport::cli {

Result<net::Identity> own_identity(const std::string& state_dir) {
    return net::Identity::load_or_create(state_dir + "/identity.key");
}

Result<std::unique_ptr<store::RelayStore>> open_relay_store(const std::string& state_dir) {
    return store::open_sqlite(state_dir + "/relay.db");
}

Result<std::unique_ptr<store::RelayStore>> open_store_beside_relay(const std::string& state_dir) {
    if (auto ready = prepare_state_dir(state_dir); !ready) return std::unexpected(ready.error());
    if (auto ours = become_owner_of(state_dir); !ours) return std::unexpected(ours.error());
    return open_relay_store(state_dir);
}

}  // namespace homeport::cli
