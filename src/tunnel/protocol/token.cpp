#include "tunnel/protocol/token.hpp"

#include "core/text.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

constexpr std::string_view kPrefix = "hp1.";
constexpr std::size_t kCheckBytes = 4;
constexpr std::size_t kMaxTokenBytes = 1024;

/// FNV-1a: finds a mistyped or cut token, and is no secret.
std::uint32_t check_sum(Bytes bytes) {
    std::uint32_t sum = 2166136261U;
    for (const std::byte byte : bytes)
        sum = (sum ^ std::to_integer<std::uint32_t>(byte)) * 16777619U;
    return sum;
}

}  // namespace

std::string Token::to_text() const {
    std::array<std::byte, kMaxTokenBytes> bytes;
    Writer out(bytes);
    out.text(relay.host);
    out.u16(relay.port);
    out.raw(relay_key.bytes);
    out.raw(secret);
    out.varint(static_cast<std::uint64_t>(expires));
    out.text(agent);
    out.u32(check_sum(out.written()));
    return std::string(kPrefix) + to_base64url(out.written());
}

Result<Token> Token::parse(std::string_view text) {
    if (!text.starts_with("hp"))
        return fail(Errc::invalid, "this is no homeport token; it starts with hp1.");
    if (!text.starts_with(kPrefix)) {
        return fail(Errc::invalid, "the token is of another version of homeport; update this one");
    }
    const auto bytes = from_base64url(text.substr(kPrefix.size()));
    const bool plausible = bytes && bytes->size() > kCheckBytes && bytes->size() <= kMaxTokenBytes;
    if (!plausible) return fail(Errc::invalid, "the token is damaged; copy it again, in one piece");
    const Bytes body = Bytes(*bytes).first(bytes->size() - kCheckBytes);
    Reader sum(Bytes(*bytes).last(kCheckBytes));
    if (sum.u32() != check_sum(body)) {
        return fail(Errc::invalid, "the token is cut off or mistyped; copy it again, in one piece");
    }
    Reader in(body);
    Token token;
    token.relay.host = std::string(in.text(kMaxNameBytes));
    token.relay.port = in.u16();
    const Bytes key = in.take(token.relay_key.bytes.size());
    std::copy(key.begin(), key.end(), token.relay_key.bytes.begin());
    const Bytes secret_bytes = in.take(token.secret.size());
    std::copy(secret_bytes.begin(), secret_bytes.end(), token.secret.begin());
    token.expires = static_cast<UnixSeconds>(in.varint());
    token.agent = std::string(in.text(kMaxNameBytes));
    if (!in.done()) return fail(Errc::invalid, "the token is damaged; ask for a new one");
    return token;
}

}  // namespace homeport::tunnel
