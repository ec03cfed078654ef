/// Anybody who reaches the port of a relay gets this far: any bytes must give frames, an error or a
/// wait, and what parses must mean the same when it is written again.

#include "tunnel/protocol/frame.hpp"
#include "core/assert.hpp"
#include "tunnel/protocol/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace homeport;
using namespace homeport::tunnel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes input = std::as_bytes(std::span(data, size));
    while (true) {
        const auto parsed = parse_frame(input, kMaxFirstFrameBytes);
        if (!parsed || !*parsed) return 0;
        const ParsedFrame& first = **parsed;
        HOMEPORT_ASSERT(first.bytes > 0 && first.bytes <= input.size());
        HOMEPORT_ASSERT(!frame_name(first.frame).empty());
        std::vector<std::byte> bytes(kMaxFirstFrameBytes + kMaxControlFrameBytes);
        Writer out(bytes);
        write_frame(out, first.frame);
        const auto again = parse_frame(out.written(), bytes.size());
        HOMEPORT_ASSERT(again && *again && (*again)->frame.index() == first.frame.index());
        input = input.subspan(first.bytes);
    }
}
