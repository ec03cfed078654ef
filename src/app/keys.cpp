#include "app/keys.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace homeport::app {
namespace {

/// A background job that touched the terminal's settings would be stopped by SIGTTOU.
bool is_our_terminal(int fd) {
    return ::isatty(fd) == 1 && ::tcgetpgrp(fd) == ::getpgrp();
}

bool is_pipe(int fd) {
    struct stat info{};
    return ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

}  // namespace

Keys::Keys(net::EpollLoop& loop, int fd, std::function<void(char)> on_key)
    : loop_(loop), fd_(fd), on_key_(std::move(on_key)) {
    termios settings{};
    if (is_our_terminal(fd_) && ::tcgetattr(fd_, &settings) == 0) {
        before_ = settings;
        settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        ::tcsetattr(fd_, TCSANOW, &settings);
    } else if (!is_pipe(fd_)) {
        return;
    }
    if (const auto registered = loop_.add(fd_, this)) registration_ = *registered;
}

Keys::~Keys() {
    if (registration_) loop_.remove(*registration_);
    if (before_) ::tcsetattr(fd_, TCSANOW, &*before_);
}

void Keys::on_events(std::uint32_t) {
    // The descriptor is shared with the shell, so it stays blocking: look before each read.
    while (registration_) {
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, 0) <= 0) return;
        char key = 0;
        if (::read(fd_, &key, 1) != 1) {
            loop_.remove(*registration_);
            registration_.reset();
            return;
        }
        on_key_(key);
    }
}

}  // namespace homeport::app
