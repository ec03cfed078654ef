#pragma once

#include "net/entropy.hpp"

namespace homeport::net {

/// getrandom(2). Blocks only before the kernel's generator is seeded, early at boot.
class KernelEntropy final : public Entropy {
public:
    void fill(MutableBytes out) override;
};

}  // namespace homeport::net
