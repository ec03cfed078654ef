// Responses: what passes is written out as a head that reads back with the same framing.

#include "core/assert.hpp"
#include "front/http_rewrite.hpp"
#include "http/body.hpp"

#include <string>

using namespace homeport;
using namespace homeport::front;
using namespace homeport::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const bool to_head = (data[0] & 1) != 0;
    const Bytes input(reinterpret_cast<const std::byte*>(data + 1), size - 1);
    HeadScanner scanner;
    const HeadScanner::Result scan = scanner.feed(input);
    if (scan.status != HeadScanner::Result::Status::complete) return 0;
    ResponseHead head;
    if (!parse_response_head(as_text(input.first(scan.head_bytes)), to_head, head)) return 0;
    BodyScanner body(head.framing, head.block.content_length);
    const Bytes rest = input.subspan(scan.head_bytes);
    HOMEPORT_ASSERT(body.scan(rest).bytes <= rest.size());
    std::string out;
    write_response_head(head, ConnectionNote::close, out);
    if (out.size() > kMaxHeadBytes || head.block.count + 1 > kMaxFields) return 0;
    ResponseHead again;
    HOMEPORT_ASSERT(parse_response_head(out, to_head, again));
    HOMEPORT_ASSERT(again.status == head.status && again.framing == head.framing);
    return 0;
}
