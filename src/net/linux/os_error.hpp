#pragma once
/// What an errno means to a caller, and to a person.

#include "core/result.hpp"

#include <string>

namespace homeport::net {

/// The kernel's sentence, for example "Connection refused".
std::string os_error_text(int number);
/// The code for a failed connect or listen.
Errc os_error_code(int number);

}  // namespace homeport::net
