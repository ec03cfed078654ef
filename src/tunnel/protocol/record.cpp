#include "tunnel/protocol/record.hpp"

#include "core/assert.hpp"

namespace homeport::tunnel {
namespace {

/// Fewer bytes are copied: another piece costs the cipher more than a copy of them.
constexpr std::size_t kLeastReferredBytes = 1024;

}  // namespace

void Record::add(Bytes bytes) {
    HOMEPORT_ASSERT(bytes.size() <= room());
    // The piece before this one, this one, and one behind it must find a place.
    if (bytes.size() < kLeastReferredBytes || count_ + 3 > pieces_.size()) return out_.raw(bytes);
    end_piece();
    pieces_[count_++] = bytes;
    referred_ += bytes.size();
}

void Record::end_piece() {
    if (out_.size() == begun_) return;
    pieces_[count_++] = out_.written().subspan(begun_);
    begun_ = out_.size();
}

std::span<const Bytes> Record::views() {
    end_piece();
    return std::span<const Bytes>(pieces_).first(count_);
}

}  // namespace homeport::tunnel
