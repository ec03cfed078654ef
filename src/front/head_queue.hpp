#pragma once
/// Heads that lie in a SliceQueue.

#include "core/chunk.hpp"
#include "http/head.hpp"

#include <array>
#include <string>
#include <string_view>

namespace homeport::front {

/// Shows the scanner what it has not seen of `queue`, whose front is the head's first byte.
inline http::HeadScanner::Result scan_head_in(const SliceQueue& queue, http::HeadScanner& scanner) {
    std::array<Bytes, 8> views;
    std::size_t filled = 0;
    do {
        filled = queue.peek(scanner.scanned(), views);
        for (std::size_t i = 0; i < filled; ++i) {
            const http::HeadScanner::Result result = scanner.feed(views[i]);
            if (result.status != http::HeadScanner::Result::Status::need_more) return result;
        }
    } while (filled == views.size());
    return {http::HeadScanner::Result::Status::need_more};
}

/// The first `bytes` of `queue` in one piece: in place if they are, else copied to `room`.
inline std::string_view front_text(const SliceQueue& queue, std::size_t bytes, std::string& room) {
    std::array<Bytes, 1> first;
    if (queue.peek(0, first) == 1 && first[0].size() >= bytes) {
        return as_text(first[0].first(bytes));
    }
    room.resize(bytes);
    queue.copy_out(0, {reinterpret_cast<std::byte*>(room.data()), room.size()});
    return room;
}

}  // namespace homeport::front
