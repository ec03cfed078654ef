#include "core/result.hpp"

#include <array>

namespace homeport {

std::string_view to_string(Errc code) {
    static constexpr std::array<std::string_view, 12> kWords{
        "invalid", "protocol",    "denied",    "not_found", "exists", "limit",
        "refused", "unreachable", "timed_out", "reset",     "closed", "io"};
    return kWords.at(static_cast<std::size_t>(code));
}

}  // namespace homeport
