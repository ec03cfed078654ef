#pragma once
/// Randomness that a seed decides: every host gets its own fork.

#include "net/entropy.hpp"
#include "sim/world/random.hpp"

namespace homeport::sim {

class SeededEntropy final : public net::Entropy {
public:
    explicit SeededEntropy(Random random) : random_(random) {}

    void fill(MutableBytes out) override {
        for (std::byte& byte : out) byte = static_cast<std::byte>(random_.next() >> 56);
    }

private:
    Random random_;
};

}  // namespace homeport::sim
