#pragma once
/// Base64 with padding (RFC 4648 section 4). The form for names in URLs is in core/text.hpp.

#include "core/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport {

std::string to_base64(Bytes bytes);
/// Nothing if it is anything else than what to_base64() writes: whole groups of four with their
/// padding, no blanks, no bits behind the last octet.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace homeport
