#include "app/host.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace homeport::app {
namespace {

/// What the kernel holds unsent of one connection: enough to keep the line busy, and little for an
/// urgent frame to wait behind.
constexpr std::size_t kUnsentBytes = 128 * 1024;

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    // Without it fewer visitors fit; listeners wait when descriptors run out.
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::size_t visitors_by_descriptor_limit() {
    constexpr std::size_t kLeast = 64;
    constexpr std::size_t kMost = 1'000'000;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLeast;
    if (limit.rlim_cur == RLIM_INFINITY) return kMost;
    return std::clamp<std::size_t>(limit.rlim_cur / 10 * 9, kLeast, kMost);
}

Host::Host(Level least)
    : log_(least),
      mailbox_(loop_),
      signals_(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int number) { on_signal(number); }),
      network_(loop_, {.notsent_low_water_bytes = kUnsentBytes}) {
    raise_descriptor_limit();
}

void Host::run(std::vector<Role*> roles) {
    roles_ = std::move(roles);
    loop_.run();
    drain_.reset();
    roles_.clear();
}

bool Host::run_until(const bool& over) {
    stopped_ = false;
    while (!over && !stopped_) loop_.turn(1s);
    return over;
}

void Host::on_signal(int number) {
    if (number != SIGHUP) return stop();
    for (Role* const role : roles_) role->reload();
}

void Host::stop() {
    const bool again = stopped_;
    stopped_ = true;
    if (again || roles_.empty()) {
        loop_.stop();
        return;
    }
    drain_next();
}

void Host::drain_next() {
    if (drained_ == roles_.size()) {
        loop_.stop();
        return;
    }
    Role& role = *roles_[drained_++];
    drain_.emplace(loop_, role, [this] {
        // The drain that calls must not be replaced from inside its call.
        loop_.post([this] { drain_next(); });
    });
}

}  // namespace homeport::app
