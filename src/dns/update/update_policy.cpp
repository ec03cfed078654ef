#include "dns/update/update_policy.hpp"

#include <algorithm>

namespace homeport::dns {

bool UpdateRule::covers(NameView owner) const {
    const bool same = owner == name.view();
    switch (reach) {
    case UpdateReach::exact:
        return same;
    case UpdateReach::subtree:
        return owner.is_at_or_below(name);
    case UpdateReach::below:
        return !same && owner.is_at_or_below(name);
    }
    return false;
}

bool UpdatePolicy::covers(NameView owner) const {
    return std::ranges::any_of(rules,
                               [owner](const UpdateRule& rule) { return rule.covers(owner); });
}

bool UpdatePolicy::allows(NameView owner, RrType type, NameView apex) const {
    if (is_made_by_signer(type)) return false;
    const bool must_be_named = type == RrType::soa || (type == RrType::ns && owner == apex);
    return std::ranges::any_of(rules, [&](const UpdateRule& rule) {
        if (!rule.covers(owner)) return false;
        if (rule.types.empty()) return !must_be_named;
        return std::ranges::find(rule.types, type) != rule.types.end();
    });
}

bool is_made_by_signer(RrType type) {
    switch (type) {
    case RrType::rrsig:
    case RrType::nsec:
    case RrType::nsec3:
    case RrType::nsec3param:
    case RrType::dnskey:
    case RrType::cds:
    case RrType::cdnskey:
        return true;
    default:
        return false;
    }
}

}  // namespace homeport::dns
