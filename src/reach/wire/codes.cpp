#include "reach/wire/codes.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace homeport::reach {
namespace {

std::string named(std::size_t code, std::span<const std::string_view> names) {
    std::string text = std::to_string(code);
    if (code < names.size()) text.append(" ").append(names[code]);
    return text;
}

}  // namespace

std::string to_text(PcpResult code) {
    static constexpr std::array<std::string_view, 14> kNames = {
        "SUCCESS",          "UNSUPP_VERSION",        "NOT_AUTHORIZED",   "MALFORMED_REQUEST",
        "UNSUPP_OPCODE",    "UNSUPP_OPTION",         "MALFORMED_OPTION", "NETWORK_FAILURE",
        "NO_RESOURCES",     "UNSUPP_PROTOCOL",       "USER_EX_QUOTA",    "CANNOT_PROVIDE_EXTERNAL",
        "ADDRESS_MISMATCH", "EXCESSIVE_REMOTE_PEERS"};
    return named(static_cast<std::size_t>(code), kNames);
}

std::string to_text(NatPmpResult code) {
    static constexpr std::array<std::string_view, 6> kNames = {
        "success",         "unsupported version", "not authorized",
        "network failure", "out of resources",    "unsupported opcode"};
    return named(static_cast<std::size_t>(code), kNames);
}

}  // namespace homeport::reach
