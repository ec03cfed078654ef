#pragma once
/// TCP sockets whose user has gone while bytes were still under way. Closing such a socket with
/// unread input makes the kernel send a reset, and the peer may lose the end of what was written;
/// so the write side is shut, input is thrown away, and the socket closes when the peer has ended,
/// or after kLingerTime. At most kMaxLingering wait here; beyond that they close at once.

#include "net/linux/loop.hpp"

#include <memory>
#include <vector>

namespace homeport::net {

class LingeringSockets {
public:
    /// `loop` must outlive this.
    explicit LingeringSockets(EpollLoop& loop);
    ~LingeringSockets();

    /// Takes over the descriptor and its registration.
    void take(const Registration& registration);
    std::size_t size() const { return sockets_.size(); }

private:
    class Socket;
    void drop(std::size_t index);

    EpollLoop& loop_;
    std::vector<std::unique_ptr<Socket>> sockets_;
};

}  // namespace homeport::net
