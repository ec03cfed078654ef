#pragma once
/// For unit tests: builds ClientHello messages.

#include <string>
#include <string_view>
#include <vector>

namespace homeport::front::testing {

inline std::string sized(std::string_view body, int width) {
    std::string text;
    for (int i = width - 1; i >= 0; --i) text += static_cast<char>(body.size() >> (8 * i) & 0xff);
    return text.append(body);
}

/// A handshake message; without name and protocols it has no extensions.
inline std::string hello_message(std::string_view name, const std::vector<std::string>& protocols) {
    std::string extensions;
    if (!name.empty()) {
        const std::string entry = std::string(1, '\0') + sized(name, 2);
        extensions += std::string(2, '\0') + sized(sized(entry, 2), 2);
    }
    if (!protocols.empty()) {
        std::string list;
        for (const std::string& protocol : protocols) list += sized(protocol, 1);
        extensions += std::string("\0\x10", 2) + sized(sized(list, 2), 2);
    }
    std::string body = "\x03\x03" + std::string(32, 'r') + sized("", 1);
    body += sized("\x13\x01", 2) + sized(std::string(1, '\0'), 1);
    if (!extensions.empty()) body += sized(extensions, 2);
    return "\x01" + sized(body, 3);
}

/// The message in records of at most `piece` bytes.
inline std::string records(std::string_view message, std::size_t piece) {
    std::string text;
    while (!message.empty()) {
        text += "\x16\x03\x01" + sized(message.substr(0, piece), 2);
        message.remove_prefix(std::min(piece, message.size()));
    }
    return text;
}

}  // namespace homeport::front::testing
