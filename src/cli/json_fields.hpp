#pragma once
/// Fields of what a role or a service answered, taken as they are wanted: a field that is absent or
/// of another type is empty, and nothing in a text can disturb the terminal.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace homeport::cli {

/// Printable.
std::string text(const nlohmann::json& object, const char* name);
std::uint64_t count(const nlohmann::json& object, const char* name);
/// The objects of a list; anything else is left out.
std::vector<nlohmann::json> objects(const nlohmann::json& object, const char* name);

}  // namespace homeport::cli
