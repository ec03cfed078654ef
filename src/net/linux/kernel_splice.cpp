#include "net/linux/kernel_splice.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <array>

namespace homeport::net {

IoResult KernelSplice::move(Stream& from, Stream& to, std::size_t max_bytes, bool& to_failed) {
    auto* const source = dynamic_cast<SocketStream*>(&from);
    auto* const sink = dynamic_cast<SocketStream*>(&to);
    copying_ = copying_ || source == nullptr || sink == nullptr || !open_pipe();
    if (copying_) return copy_.move(from, to, max_bytes, to_failed);
    return move(*source, *sink, max_bytes, to_failed);
}

IoResult KernelSplice::move(SocketStream& from, SocketStream& to, std::size_t max_bytes,
                            bool& to_failed) {
    to_failed = false;
    if (held_ == 0) {
        const IoResult read =
            from.read_into_pipe(write_end_.get(), std::min(max_bytes, kSpliceBytes));
        if (read.status != IoResult::Status::ok) return read;
        held_ = read.bytes;
    }
    const IoResult written = to.write_from_pipe(read_end_.get(), held_);
    to_failed = written.status == IoResult::Status::error;
    held_ -= written.bytes;
    return written;
}

bool KernelSplice::open_pipe() {
    if (read_end_) return true;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return false;
    read_end_ = Fd(ends[0]);
    write_end_ = Fd(ends[1]);
    // Refused beyond the user's share of pipes: a smaller one works too.
    ::fcntl(write_end_.get(), F_SETPIPE_SZ, static_cast<int>(kSpliceBytes));
    return true;
}

}  // namespace homeport::net
