#pragma once
/// Record sets as lines of a master file, for people.

#include "dns/wire/name.hpp"
#include "dns/wire/rrset.hpp"

#include <string>

namespace homeport::dns {

/// One line for each record: "owner TTL IN TYPE data", names in full, TTL in seconds, data in the
/// form of its type, or in that of RFC 3597 section 5 where it would not be read back to the same
/// octets. Each line ends with a line feed. Without the signatures.
std::string to_text(NameView owner, const RrsetView& set);

}  // namespace homeport::dns
