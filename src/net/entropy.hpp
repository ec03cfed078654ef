#pragma once

#include "core/bytes.hpp"

#include <cstdint>

namespace homeport::net {

/// Randomness: the kernel's in the world, a seeded generator in the simulator.
class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(MutableBytes out) = 0;

    std::uint64_t u64() {
        std::uint64_t value = 0;
        fill({reinterpret_cast<std::byte*>(&value), sizeof value});
        return value;
    }
};

}  // namespace homeport::net
