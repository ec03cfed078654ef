#include "cli/control_forms.hpp"

#include <nlohmann/json.hpp>

namespace homeport::cli {

std::string control_error(std::string_view what, std::string_view remedy) {
    using nlohmann::json;
    return json{{"error", what}, {"remedy", remedy}}.dump(-1, ' ', false,
                                                          json::error_handler_t::replace);
}

}  // namespace homeport::cli
