/// A token comes from a mail, a chat or a photo of a screen: any text, and any fields behind a
/// right check sum.

#include "tunnel/protocol/token.hpp"
#include "core/assert.hpp"
#include "core/text.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace homeport;
using namespace homeport::tunnel;

namespace {

void check(std::string_view text) {
    const auto token = Token::parse(text);
    if (!token) {
        HOMEPORT_ASSERT(!token.error().what.empty());
        return;
    }
    const auto again = Token::parse(token->to_text());
    HOMEPORT_ASSERT(again && *again == *token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check({reinterpret_cast<const char*>(data), size});
    // The same bytes as fields, with the check sum made right (FNV-1a).
    std::vector<std::byte> body;
    std::uint32_t sum = 2166136261U;
    for (const std::uint8_t byte : std::span(data, size)) {
        body.push_back(std::byte{byte});
        sum = (sum ^ byte) * 16777619U;
    }
    for (int shift = 24; shift >= 0; shift -= 8)
        body.push_back(static_cast<std::byte>(sum >> shift));
    check("hp1." + to_base64url(body));
    return 0;
}
