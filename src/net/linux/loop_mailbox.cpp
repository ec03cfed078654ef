#include "net/linux/loop_mailbox.hpp"

#include <sys/eventfd.h>
#include <cerrno>
#include <system_error>

namespace homeport::net {

LoopMailbox::LoopMailbox(EpollLoop& loop)
    : loop_(loop), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!fd_) throw std::system_error(errno, std::system_category(), "eventfd");
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) throw std::system_error(errno, std::system_category(), "eventfd");
    registration_ = *registration;
}

LoopMailbox::~LoopMailbox() {
    loop_.remove(registration_);
}

void LoopMailbox::send(std::move_only_function<void()> task) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    // A loop that has been woken takes all that is there.
    if (first) ::eventfd_write(fd_.get(), 1);
}

void LoopMailbox::on_events(std::uint32_t) {
    eventfd_t count = 0;
    ::eventfd_read(fd_.get(), &count);
    std::vector<std::move_only_function<void()>> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
}

}  // namespace homeport::net
