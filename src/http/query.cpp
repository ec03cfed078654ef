#include "http/query.hpp"

#include "http/chars.hpp"
#include "http/limits.hpp"

#include <algorithm>

namespace homeport::http {

Result<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at] == '+' && plus == Plus::blank ? ' ' : text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
        if (low < 0) {
            return fail(Errc::invalid,
                        "\"%\" stands before something else than two hexadecimal digits; write a "
                        "percent sign as %25");
        }
        decoded += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return decoded;
}

Result<Parameters> Parameters::parse(std::string_view text) {
    if (text.size() > kMaxQueryBytes) {
        return fail(Errc::limit, "the parameters are longer than " +
                                     std::to_string(kMaxQueryBytes) + " bytes; send fewer");
    }
    Parameters parsed;
    while (!text.empty()) {
        const auto end = text.find('&');
        const std::string_view piece = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (piece.empty()) continue;
        if (parsed.all_.size() == kMaxParameters) {
            return fail(Errc::limit, "there are more than " + std::to_string(kMaxParameters) +
                                         " parameters; send fewer");
        }
        const auto equals = piece.find('=');
        auto name = percent_decode(piece.substr(0, equals), Plus::blank);
        auto value = percent_decode(
            equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1),
            Plus::blank);
        if (!name) return std::unexpected(std::move(name.error()));
        if (!value) return std::unexpected(std::move(value.error()));
        parsed.all_.push_back({std::move(*name), std::move(*value)});
    }
    return parsed;
}

std::optional<std::string_view> Parameters::find(std::string_view name) const {
    const auto found = std::ranges::find(all_, name, &Parameter::name);
    return found == all_.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

}  // namespace homeport::http
