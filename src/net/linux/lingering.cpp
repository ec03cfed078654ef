#include "net/linux/lingering.hpp"

#include "net/linux/limits.hpp"

#include <sys/socket.h>
#include <cerrno>

namespace homeport::net {

class LingeringSockets::Socket final : public EventSource {
public:
    Socket(LingeringSockets& owner, const Registration& registration, std::size_t index)
        : owner_(owner),
          registration_(registration),
          index_(index),
          timer_(owner.loop_.timers(), call<&Socket::end>(this)) {
        owner_.loop_.replace(registration_, this);
        timer_.arm(owner_.loop_.now() + kLingerTime);
    }
    ~Socket() {
        owner_.loop_.remove(registration_);
        ::close(registration_.fd);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void set_index(std::size_t index) { index_ = index; }
    void on_events(std::uint32_t) override {
        if (!discard_input()) end();
    }

private:
    /// False when the peer has ended or sends without end. MSG_TRUNC drops bytes without a copy
    /// (tcp(7)).
    bool discard_input() {
        while (discarded_ < kMaxLingerBytes) {
            const ssize_t count =
                ::recv(registration_.fd, nullptr, kMaxLingerBytes, MSG_TRUNC | MSG_DONTWAIT);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && errno == EAGAIN) return true;
            if (count <= 0) return false;
            discarded_ += static_cast<std::size_t>(count);
        }
        return false;
    }
    void end() { owner_.drop(index_); }

    LingeringSockets& owner_;
    Registration registration_;
    std::size_t index_;
    std::size_t discarded_ = 0;
    Timer timer_;
};

LingeringSockets::LingeringSockets(EpollLoop& loop) : loop_(loop) {}
LingeringSockets::~LingeringSockets() = default;

void LingeringSockets::take(const Registration& registration) {
    if (sockets_.size() >= kMaxLingering) {
        loop_.remove(registration);
        ::close(registration.fd);
        return;
    }
    ::shutdown(registration.fd, SHUT_WR);
    sockets_.push_back(std::make_unique<Socket>(*this, registration, sockets_.size()));
    // The edge for what lies there already has been reported to the former owner.
    sockets_.back()->on_events(0);
}

void LingeringSockets::drop(std::size_t index) {
    const std::unique_ptr<Socket> dying = std::move(sockets_[index]);
    if (index + 1 < sockets_.size()) {
        sockets_[index] = std::move(sockets_.back());
        sockets_[index]->set_index(index);
    }
    sockets_.pop_back();
}

}  // namespace homeport::net
