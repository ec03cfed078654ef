#pragma once
/// The keys that requests may be signed with, and what the holder of each may do. Never changes:
/// threads may share it.

#include "core/result.hpp"
#include "dns/tsig/key.hpp"
#include "dns/update/update_policy.hpp"

#include <map>
#include <vector>

namespace homeport::dns {

struct KeyRights {
    bool transfer_all = false;
    std::vector<Name> transfer;  ///< apexes
    UpdatePolicy update;
};

class Access {
public:
    /// Nobody may do anything.
    Access() = default;
    struct Holder {
        TsigKey key;
        KeyRights rights;
    };
    /// Errors: those of TsigKeys::make.
    static Result<Access> make(std::vector<Holder> holders);

    const TsigKeys& keys() const { return keys_; }
    bool may_transfer(const TsigKey& key, NameView apex) const;
    const UpdatePolicy& may_update(const TsigKey& key) const;

private:
    TsigKeys keys_;
    std::map<Name, KeyRights, CanonicalLess> rights_;
};

}  // namespace homeport::dns
