#include "core/log.hpp"

#include <algorithm>

namespace homeport {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_plain(char c) {
    return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
}

/// Bytes of the well-formed UTF-8 character (RFC 3629 section 4) at the front of `text`, 0 when
/// there is none or when it steers a terminal or splits a line: C0 and C1 controls, U+2028 to
/// U+202E, U+2066 to U+2069.
std::size_t printable_bytes(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (at(0) < 0x80) return at(0) >= 32 && at(0) != 127 ? 1 : 0;
    const std::size_t length = at(0) < 0xc2 ? 0 : at(0) < 0xe0 ? 2 : at(0) < 0xf0 ? 3 : 4;
    if (length == 0 || at(0) > 0xf4 || text.size() < length) return 0;
    std::uint32_t point = at(0) & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
        point = point << 6 | (at(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool no_character = (point >= 0xd800 && point < 0xe000) || point > 0x10ffff;
    const bool steers = point < 0xa0 || (point >= 0x2028 && point <= 0x202e) ||
                        (point >= 0x2066 && point <= 0x2069);
    return overlong || no_character || steers ? 0 : length;
}

void append_value(std::string& line, std::string_view value) {
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
        line += value;
        return;
    }
    line += '"';
    while (!value.empty()) {
        const std::size_t printable = printable_bytes(value);
        if (printable == 0) {
            const auto byte = static_cast<unsigned char>(value.front());
            line += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        } else {
            if (value.front() == '"' || value.front() == '\\') line += '\\';
            line += value.substr(0, printable);
        }
        value.remove_prefix(std::max<std::size_t>(1, printable));
    }
    line += '"';
}

}  // namespace

std::string format_log_line(std::string_view event, std::initializer_list<Field> fields) {
    std::string line(event);
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

}  // namespace homeport
