#pragma once
/// GENA: a router tells of changes by HTTP (UPnP Device Architecture 2.0, section 4). Pure.

#include "core/result.hpp"
#include "core/time.hpp"
#include "reach/wire/upnp_limits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::reach {

using GenaFields = std::vector<std::pair<std::string, std::string>>;

/// Fields of SUBSCRIBE, of its renewal and of UNSUBSCRIBE.
GenaFields subscribe_fields(std::string_view callback, Duration lifetime);
GenaFields renew_fields(std::string_view sid, Duration lifetime);
GenaFields unsubscribe_fields(std::string_view sid);

struct GenaGrant {
    std::string sid;
    Duration lifetime{};  ///< from kMinGenaLifetime to kMaxGenaLifetime
};
inline constexpr Duration kMinGenaLifetime = 60s;
inline constexpr Duration kMaxGenaLifetime = Duration{24h};
/// From SID and TIMEOUT ("Second-1800", "infinite") of the answer. Errors: protocol.
Result<GenaGrant> read_grant(std::string_view sid, std::string_view timeout);

/// What a NOTIFY says, of what matters here.
struct GenaChange {
    std::optional<std::string> external_address;
    std::optional<std::string> connection_status;
    std::optional<std::string> update_id;  ///< SystemUpdateID: the table of mappings changed

    bool empty() const { return !external_address && !connection_status && !update_id; }
};
/// Errors: protocol.
Result<GenaChange> read_property_set(std::string_view body);

}  // namespace homeport::reach
