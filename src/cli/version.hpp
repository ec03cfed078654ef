#pragma once

#include <string>
#include <string_view>

namespace homeport::cli {

/// "0.1.0"
std::string_view version();
/// "homeport 0.1.0 (commit 0123abc, Release, GNU 12.2.0)"
std::string version_line();

}  // namespace homeport::cli
