#include "net/linux/entropy.hpp"

#include "core/assert.hpp"

#include <sys/random.h>
#include <cerrno>

namespace homeport::net {

void KernelEntropy::fill(MutableBytes out) {
    while (!out.empty()) {
        const ssize_t count = ::getrandom(out.data(), out.size(), 0);
        HOMEPORT_ASSERT(count > 0 || errno == EINTR);
        if (count > 0) out = out.subspan(static_cast<std::size_t>(count));
    }
}

}  // namespace homeport::net
