// Requests: where the head and the body end must not depend on how the bytes were cut, and what is
// written for the home must read back as the same message under the same rules.

#include "core/assert.hpp"
#include "front/http_rewrite.hpp"
#include "http/body.hpp"

#include <algorithm>
#include <string>

using namespace homeport;
using namespace homeport::front;
using namespace homeport::http;

namespace {

HeadScanner::Result scan_in_pieces(Bytes input, std::size_t piece) {
    HeadScanner scanner;
    HeadScanner::Result result{HeadScanner::Result::Status::need_more};
    while (!input.empty() && result.status == HeadScanner::Result::Status::need_more) {
        const Bytes now = input.first(std::min(piece, input.size()));
        result = scanner.feed(now);
        input = input.subspan(now.size());
    }
    return result;
}

void check_body(const RequestHead& head, Bytes body) {
    BodyScanner whole(head.framing, head.block.content_length);
    const BodyScanner::Result at_once = whole.scan(body);
    BodyScanner cut(head.framing, head.block.content_length);
    std::size_t bytes = 0;
    bool error = false;
    while (bytes < body.size() && !cut.ended() && !error) {
        const BodyScanner::Result one = cut.scan(body.subspan(bytes, 1));
        bytes += one.bytes;
        error = one.error;
    }
    HOMEPORT_ASSERT(bytes == at_once.bytes);
    HOMEPORT_ASSERT(error == at_once.error);
    HOMEPORT_ASSERT(cut.ended() == whole.ended());
}

void check_rewrite(const RequestHead& head) {
    std::string out;
    write_request_head(head, IpAddress::v4({192, 0, 2, 1}), out);
    if (out.size() > kMaxHeadBytes || head.block.count + 8 > kMaxFields) return;
    RequestHead again;
    HOMEPORT_ASSERT(parse_request_head(out, again) == 0);
    HOMEPORT_ASSERT(again.method == head.method && again.path == head.path);
    HOMEPORT_ASSERT(again.host == head.host && again.framing == head.framing);
    HOMEPORT_ASSERT(again.block.content_length == head.block.content_length);
    int claims = 0;
    for (const HeadField& field : again.block.all()) claims += field.kind == FieldKind::forwarding;
    HOMEPORT_ASSERT(claims == (head.host.empty() ? 4 : 5));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(reinterpret_cast<const std::byte*>(data), size);
    const HeadScanner::Result whole = scan_in_pieces(input, std::max<std::size_t>(size, 1));
    const HeadScanner::Result cut = scan_in_pieces(input, 7);
    HOMEPORT_ASSERT(whole.status == cut.status && whole.head_bytes == cut.head_bytes);
    if (whole.status != HeadScanner::Result::Status::complete) return 0;
    RequestHead head;
    if (parse_request_head(as_text(input.first(whole.head_bytes)), head) != 0) return 0;
    check_body(head, input.subspan(whole.head_bytes));
    check_rewrite(head);
    return 0;
}
