#pragma once
/// What `homeport names` prints of the JSON that the relay or the service answered. Fields that are
/// missing or of another type read as empty or zero.

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace homeport::cli {

// For the operator. Lines, each ended.

/// Of {"names":[...]}, in the order of the names.
std::string render_names_list(const nlohmann::json& names);
/// Of {"accounts":[...]}, likewise.
std::string render_accounts(const nlohmann::json& accounts);
std::string render_name(const nlohmann::json& name);
/// Of {"evidence":[...]}, the newest first.
std::string render_evidence(const nlohmann::json& evidence);

// For users.

/// "attic.dyn.example.net: 192.0.2.7, no IPv6" and what to know of it.
std::string render_own_name(const nlohmann::json& name);
std::string render_propagation(const nlohmann::json& answer);

}  // namespace homeport::cli
