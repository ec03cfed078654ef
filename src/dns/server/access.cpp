#include "dns/server/access.hpp"

#include <algorithm>

namespace homeport::dns {

Result<Access> Access::make(std::vector<Holder> holders) {
    Access access;
    std::vector<TsigKey> keys;
    for (Holder& holder : holders) {
        access.rights_.emplace(Name(holder.key.name()), std::move(holder.rights));
        keys.push_back(std::move(holder.key));
    }
    auto ring = TsigKeys::make(std::move(keys));
    if (!ring) return std::unexpected(ring.error());
    access.keys_ = std::move(*ring);
    return access;
}

bool Access::may_transfer(const TsigKey& key, NameView apex) const {
    const KeyRights& rights = rights_.find(key.name())->second;
    return rights.transfer_all || std::ranges::any_of(rights.transfer, [apex](const Name& zone) {
               return zone.view() == apex;
           });
}

const UpdatePolicy& Access::may_update(const TsigKey& key) const {
    return rights_.find(key.name())->second.update;
}

}  // namespace homeport::dns
