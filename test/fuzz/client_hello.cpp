// ClientHello: never reads past the end, never asks for what cannot come, and a complete hello
// stays complete when more follows.

#include "front/client_hello.hpp"
#include "core/assert.hpp"

#include <vector>

using namespace homeport;
using namespace homeport::front;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(reinterpret_cast<const std::byte*>(data), size);
    const HelloResult result = parse_client_hello(input, "homeport/1");
    if (result.status == HelloResult::Status::need_more) {
        HOMEPORT_ASSERT(result.needed > size && result.needed <= kMaxHelloBytes);
    }
    if (result.status == HelloResult::Status::complete) {
        std::vector<std::byte> longer(input.begin(), input.end());
        longer.resize(size + 9, std::byte{0x55});
        const HelloResult again = parse_client_hello(longer, "homeport/1");
        HOMEPORT_ASSERT(again.status == HelloResult::Status::complete);
        HOMEPORT_ASSERT(again.server_name == result.server_name);
    }
    return 0;
}
