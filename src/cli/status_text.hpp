#pragma once
/// The answer to {"command":"status"} in words for somebody who keeps a server at home.

#include <string>
#include <string_view>

namespace homeport::cli {

/// Several lines, each ended. Fields that are missing or of another type read as empty or zero, so
/// that an older or newer role is shown as far as it goes.
std::string render_status(std::string_view status_json);

}  // namespace homeport::cli
