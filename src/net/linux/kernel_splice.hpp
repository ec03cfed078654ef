#pragma once
/// Bytes from socket to socket through a pipe of the kernel (splice(2)): they never come into the
/// process. Between other streams, or without descriptors for the pipe, it copies.

#include "net/linux/fd.hpp"
#include "net/linux/socket_stream.hpp"
#include "net/splice.hpp"

namespace homeport::net {

class KernelSplice final : public Splice {
public:
    IoResult move(Stream& from, Stream& to, std::size_t max_bytes, bool& to_failed) override;
    std::size_t held() const override { return copying_ ? copy_.held() : held_; }

private:
    bool open_pipe();
    IoResult move(SocketStream& from, SocketStream& to, std::size_t max_bytes, bool& to_failed);

    Fd read_end_;
    Fd write_end_;
    std::size_t held_ = 0;
    bool copying_ = false;
    CopySplice copy_;
};

}  // namespace homeport::net
