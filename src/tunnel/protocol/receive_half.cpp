#include "tunnel/protocol/receive_half.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// A smaller payload is copied, because a block kept for it would waste most of itself.
constexpr std::size_t kLeastSharedBytes = kChunkBytes / 4;

}  // namespace

Result<std::size_t> ReceiveHalf::on_data(ChunkPool& pool, const ChunkRef& chunk,
                                         std::uint64_t offset, Bytes payload) {
    if (offset > received_) return fail(Errc::protocol, "data with a gap before it");
    if (offset + payload.size() > granted_) return fail(Errc::protocol, "data beyond the window");
    const std::uint64_t known = received_ - offset;
    if (payload.size() <= known) return 0;
    if (fin_) return fail(Errc::protocol, "data behind the end");
    payload = payload.subspan(known);
    if (payload.size() < kLeastSharedBytes || !chunk) {
        buffer_.append_copy(pool, payload);
    } else {
        const auto begin = static_cast<std::uint32_t>(payload.data() - chunk.data());
        buffer_.append_slice({chunk, begin, begin + static_cast<std::uint32_t>(payload.size())});
    }
    received_ += payload.size();
    return payload.size();
}

Result<> ReceiveHalf::on_fin(std::uint64_t offset) {
    if (offset != received_) return fail(Errc::protocol, "the end is not where the data ends");
    fin_ = true;
    return {};
}

void ReceiveHalf::consume(std::size_t count) {
    buffer_.consume(count);
}

bool ReceiveHalf::grant_due() const {
    return !fin_ && granted_ - taken() <= window_ / 2;
}

std::uint64_t ReceiveHalf::grant(TimePoint now, const WindowRule& rule) {
    if (taken() - taken_before_ >= window_ / 2) {
        const Duration lasted = now - measured_at_;
        if (lasted < rule.fast) {
            window_ *= 2;
        } else if (lasted > rule.slow) {
            window_ = std::max(window_ / 2, std::min(window_, kInitialWindowBytes));
        }
        measured_at_ = now;
        taken_before_ = taken();
    }
    window_ = std::min(window_, rule.most);
    granted_ = std::max(granted_, taken() + window_);
    return granted_;
}

}  // namespace homeport::tunnel
