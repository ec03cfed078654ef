#pragma once
/// What goes over the control socket beside texts of its own, for both of its ends.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace homeport::cli {

/// What a command works on: {"name": "...", "lock_account": true, "limit": 100}
using ControlArgument = std::variant<std::string, bool, std::uint64_t>;
using ControlArguments = std::map<std::string, ControlArgument, std::less<>>;

/// {"error":WHAT,"remedy":REMEDY}
std::string control_error(std::string_view what, std::string_view remedy);

}  // namespace homeport::cli
