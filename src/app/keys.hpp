#pragma once
/// Single keys from standard input: without Enter on a terminal, byte by byte from a pipe, none
/// else.

#include "net/linux/loop.hpp"

#include <termios.h>

#include <functional>
#include <optional>

namespace homeport::app {

class Keys final : private net::EventSource {
public:
    /// Puts a terminal into key mode until destruction; Ctrl-C goes on to be a signal.
    Keys(net::EpollLoop& loop, int fd, std::function<void(char)> on_key);
    ~Keys();
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;

private:
    void on_events(std::uint32_t events) override;

    net::EpollLoop& loop_;
    int fd_;
    std::function<void(char)> on_key_;
    std::optional<termios> before_;
    std::optional<net::Registration> registration_;
};

}  // namespace homeport::app
