#include "tunnel/protocol/send_half.hpp"

#include <algorithm>

namespace homeport::tunnel {

std::uint64_t SendHalf::sendable_bytes() const {
    const std::uint64_t limit = std::min(end(), max_offset_);
    return limit > sent_ ? limit - sent_ : 0;
}

Result<std::uint64_t> SendHalf::on_ack(std::uint64_t received, std::uint64_t max_offset) {
    const bool with_fin = received == end() + 1 && fin_ever_sent_;
    if (received > highest_sent_ && !with_fin) {
        return fail(Errc::protocol, "acknowledges bytes that were not sent");
    }
    max_offset_ = std::max(max_offset_, max_offset);
    fin_acknowledged_ = fin_acknowledged_ || with_fin;
    fin_sent_ = fin_sent_ || with_fin;
    const std::uint64_t bytes = with_fin ? received - 1 : received;
    if (bytes <= base_) return 0;
    const std::uint64_t freed = bytes - base_;
    buffer_.consume(freed);
    base_ = bytes;
    sent_ = std::max(sent_, base_);
    return freed;
}

std::uint64_t SendHalf::settle() {
    const std::uint64_t freed = buffer_.size();
    base_ = sent_ = end();
    buffer_.clear();
    fin_sent_ = fin_acknowledged_ = true;
    return freed;
}

void SendHalf::rewind() {
    sent_ = base_;
    fin_sent_ = fin_acknowledged_;
}

}  // namespace homeport::tunnel
