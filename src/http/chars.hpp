#pragma once
/// Character classes of RFC 9110 section 5.6 and RFC 3986, one table look-up each. Pure.

#include <array>
#include <cstdint>
#include <string_view>

namespace homeport::http {

enum CharClass : std::uint8_t {
    kTokenChar = 1,   ///< tchar: methods and field names
    kValueChar = 2,   ///< field values: HTAB, SP, VCHAR, obs-text
    kTargetChar = 4,  ///< request target: VCHAR without "#"
    kHostChar = 8,    ///< registered name: letters, digits, "-", "_", "."
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_char_classes() {
    std::array<std::uint8_t, 256> classes{};
    constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
    for (unsigned c = 0; c < 256; ++c) {
        const bool alnum =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool mark = kTokenMarks.find(static_cast<char>(c)) != std::string_view::npos;
        unsigned bits = 0;
        if (alnum || (c < 0x80 && mark)) bits |= kTokenChar;
        if (c == '\t' || (c >= 0x20 && c != 0x7f)) bits |= kValueChar;
        if (c > 0x20 && c < 0x7f && c != '#') bits |= kTargetChar;
        if (alnum || c == '-' || c == '_' || c == '.') bits |= kHostChar;
        classes.at(c) = static_cast<std::uint8_t>(bits);
    }
    return classes;
}

inline constexpr std::array<std::uint8_t, 256> kCharClasses = make_char_classes();

}  // namespace detail

constexpr bool is_char(char c, CharClass wanted) {
    return (detail::kCharClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

/// Every character is of the class; an empty text is.
constexpr bool all_chars(std::string_view text, CharClass wanted) {
    for (const char c : text) {
        if (!is_char(c, wanted)) return false;
    }
    return true;
}

/// The value of a hexadecimal digit; -1: it is none.
constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Takes the next element of a comma-separated list off `rest`; blanks around it are removed.
constexpr std::string_view next_element(std::string_view& rest) {
    const auto comma = rest.find(',');
    const std::string_view element = trim_blanks(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    return element;
}

}  // namespace homeport::http
