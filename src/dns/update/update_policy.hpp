#pragma once
/// What the holder of one key may change.

#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstdint>
#include <vector>

namespace homeport::dns {

enum class UpdateReach : std::uint8_t {
    exact,    ///< the name alone
    subtree,  ///< the name and what is below it
    below,    ///< only what is below it
};

struct UpdateRule {
    Name name;
    UpdateReach reach = UpdateReach::exact;
    /// Empty: all but SOA and the NS of the apex, which must be named to be allowed.
    std::vector<RrType> types;

    bool covers(NameView owner) const;
};

/// One rule that allows is enough; without rules nothing is allowed.
struct UpdatePolicy {
    std::vector<UpdateRule> rules;

    /// There is something that may be changed at this name.
    bool covers(NameView owner) const;
    /// `apex` is that of the zone.
    bool allows(NameView owner, RrType type, NameView apex) const;
};

/// What the signer of a zone makes; no policy allows to change it.
bool is_made_by_signer(RrType type);

}  // namespace homeport::dns
