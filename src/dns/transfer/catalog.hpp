#pragma once
/// Catalog zones (RFC 9432, version 2): the list of our zones as a zone, from which secondaries
/// learn what to serve. Made through a ZoneEditor, so that it is signed, published and transferred
/// like any other.

#include "core/result.hpp"
#include "dns/zone/zone_editor.hpp"

#include <cstdint>
#include <vector>

namespace homeport::dns {

/// Where `member` stands in the catalog at `apex`: one label that depends on the member's name
/// only, since another label would tell secondaries to drop the zone and fetch it anew. Errors
/// (invalid): `apex` is too long for it.
Result<Name> catalog_owner(NameView member, NameView apex);

/// Gives `editor`, of a zone that is not there yet, an empty catalog.
/// Errors: those of ZoneEditor; invalid: the apex is too long.
Result<> put_catalog(ZoneEditor& editor, std::uint32_t serial);

/// Makes the catalog that lists `before` list `after`, and touches what differs only. The serial is
/// left to the caller, who need not publish when commit() shows no changes.
/// Errors: those of ZoneEditor; exists: two members have one label, and nothing was changed.
Result<> set_catalog_members(ZoneEditor& editor, const std::vector<Name>& before,
                             const std::vector<Name>& after);

}  // namespace homeport::dns
