#pragma once
/// One descriptor kept back from visitors: listeners stop accepting while it cannot be held, so
/// that a link or a target can still be dialled when the process has used up its descriptors.

#include "net/linux/fd.hpp"

#include <fcntl.h>

namespace homeport::net {

class SpareDescriptor {
public:
    SpareDescriptor() { refill(); }
    /// False when there is no descriptor left to hold.
    bool refill() {
        if (!held_) held_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return static_cast<bool>(held_);
    }
    void release() { held_.close(); }

private:
    Fd held_;
};

}  // namespace homeport::net
