// PROXY headers: bounded, and a complete header does not depend on what follows.

#include "front/proxy_header.hpp"
#include "core/assert.hpp"

using namespace homeport;
using namespace homeport::front;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(reinterpret_cast<const std::byte*>(data), size);
    const ProxyResult result = parse_proxy_header(input);
    if (result.status == ProxyResult::Status::need_more) HOMEPORT_ASSERT(size < kMaxProxyBytes);
    if (result.status == ProxyResult::Status::complete) {
        HOMEPORT_ASSERT(result.bytes <= size && result.bytes <= kMaxProxyBytes);
        const ProxyResult exact = parse_proxy_header(input.first(result.bytes));
        HOMEPORT_ASSERT(exact.status == ProxyResult::Status::complete);
        HOMEPORT_ASSERT(exact.bytes == result.bytes);
        HOMEPORT_ASSERT(exact.addresses.has_value() == result.addresses.has_value());
    }
    return 0;
}
