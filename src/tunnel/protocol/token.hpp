#pragma once
/// The invite token: one word that carries everything an agent needs to find its relay, to know it
/// again and to be let in once. Text form: "hp1." and base64url of the fields below and a 4-byte
/// check sum.

#include "core/ids.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <array>
#include <string>
#include <string_view>

namespace homeport::tunnel {

using InviteSecret = std::array<std::byte, 16>;

struct Token {
    HostPort relay;
    PublicKey relay_key;
    InviteSecret secret{};
    UnixSeconds expires = 0;
    std::string agent;  ///< the name under which the relay will know the agent

    std::string to_text() const;
    /// Errors say what is wrong with the text (cut off, mistyped, of another version).
    static Result<Token> parse(std::string_view text);
    friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace homeport::tunnel
