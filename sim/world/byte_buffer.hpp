#pragma once
/// Bytes in order: the world's own, so that the buffers under test are not their own judge.

#include "core/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace homeport::sim {

class ByteBuffer {
public:
    std::size_t size() const { return bytes_.size() - head_; }
    bool empty() const { return size() == 0; }
    Bytes view() const { return Bytes(bytes_).subspan(head_); }

    void append(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void consume(std::size_t count) {
        head_ += count;
        if (head_ == bytes_.size()) {
            clear();
        } else if (head_ >= size()) {
            bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
    }
    void clear() {
        bytes_.clear();
        head_ = 0;
    }

private:
    std::vector<std::byte> bytes_;
    std::size_t head_ = 0;
};

}  // namespace homeport::sim
