#include "net/splice.hpp"

#include <algorithm>

namespace homeport::net {

IoResult CopySplice::move(Stream& from, Stream& to, std::size_t max_bytes, bool& to_failed) {
    to_failed = false;
    if (!buffer_) buffer_ = std::make_unique<std::array<std::byte, kBufferBytes>>();
    if (held() == 0) {
        const MutableBytes room = MutableBytes(*buffer_).first(std::min(max_bytes, kBufferBytes));
        const IoResult read = from.read(room);
        if (read.status != IoResult::Status::ok) return read;
        begin_ = 0;
        end_ = read.bytes;
    }
    const IoResult written = to.write(Bytes(*buffer_).subspan(begin_, held()));
    to_failed = written.status == IoResult::Status::error;
    begin_ += written.bytes;
    return written;
}

}  // namespace homeport::net
