#pragma once
/// Knocks and wants to hear the proof (reach/wire/knock.hpp). Pure.

#include "reach/probe/check.hpp"

#include <string>

namespace homeport::reach {

class ProofCheck final : public Check {
public:
    ProofCheck(const ProbeOrder& order, const CheckSeed& seed);

    void on_connected() override { say(knock_); }
    void on_bytes(Bytes bytes) override;
    /// homeport answers at once, so whoever accepts and is silent is somebody else.
    void on_silence() override;

private:
    std::string knock_;
    std::string proof_;
    std::string held_;  ///< of the answer, so far its first bytes are those of any proof
};

/// The first 16 octets of `seed` as a knock.
std::string knock_of(const CheckSeed& seed);

}  // namespace homeport::reach
