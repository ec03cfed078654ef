#include "net/linux/signal_watch.hpp"

#include <sys/signalfd.h>
#include <cerrno>
#include <system_error>

namespace homeport::net {

SignalWatch::SignalWatch(EpollLoop& loop, std::initializer_list<int> signals,
                         std::function<void(int)> on_signal)
    : loop_(loop), on_signal_(std::make_shared<std::function<void(int)>>(std::move(on_signal))) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals) ::sigaddset(&set, signal);
    fd_ = Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd_) throw std::system_error(errno, std::system_category(), "signalfd");
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) throw std::system_error(errno, std::system_category(), "signalfd");
    registration_ = *registration;
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalWatch::~SignalWatch() {
    loop_.remove(registration_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalWatch::on_events(std::uint32_t) {
    const auto on_signal = on_signal_;
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        (*on_signal)(static_cast<int>(info.ssi_signo));
        if (!loop.alive(registration)) return;
    }
}

}  // namespace homeport::net
