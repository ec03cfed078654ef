#pragma once
/// Sets of records between the form in which they are kept and that in which zones take them. Pure.

#include "dns/update/scratch_zone.hpp"
#include "store/name_store.hpp"

#include <optional>
#include <string>

namespace homeport::app {

/// As the store names zones: lower case, no dot at the end.
std::string zone_text(dns::NameView apex);

/// Nothing: what is kept is damaged.
std::optional<dns::SetChange> set_change(const store::StoredSet& stored);
/// What the zone file says holds again. Nothing: damaged.
std::optional<dns::SetChange> set_change(const store::ForgetSet& forgotten, const dns::Zone& file);
/// The shortest way to keep it: a set that the file does not have is forgotten when it goes.
store::NameChange stored_set(const dns::SetChange& change, const dns::Zone& file);

}  // namespace homeport::app
