#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace homeport::cli {

/// The text as a QR code of UTF-8 half blocks, dark on a light border, for terminals of either
/// colour. Error: limit (the text does not fit into one code).
Result<std::string> render_qr(std::string_view text);

}  // namespace homeport::cli
