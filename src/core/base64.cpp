#include "core/base64.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace homeport {

std::string to_base64(Bytes bytes) {
    std::string text = to_base64url(bytes);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    std::string url(text.substr(0, text.find_last_not_of('=') + 1));
    const bool padded = text.size() % 4 == 0 && text.size() - url.size() <= 2;
    const bool alien = url.find_first_of("-_") != std::string::npos;
    if (!padded || alien) return std::nullopt;
    std::ranges::replace(url, '+', '-');
    std::ranges::replace(url, '/', '_');
    return from_base64url(url);
}

}  // namespace homeport
