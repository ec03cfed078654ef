#pragma once
/// What is said and expected on a probe's connection: one machine for each ProbeCheck. Pure: a
/// machine is told what happened, says what to send, and ends with an outcome. What the far end
/// sends is hostile.

#include "core/bytes.hpp"
#include "reach/probe/prober.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

/// Randomness for one check: a nonce, or what a ClientHello holds of it.
using CheckSeed = std::array<std::byte, 96>;

class Check {
public:
    virtual ~Check() = default;

    /// The connection stands.
    virtual void on_connected() {}
    virtual void on_bytes(Bytes bytes) = 0;
    /// The far end has ended; `cut`: by a reset. It accepted and then would not talk, so by itself
    /// it is somebody else.
    virtual void on_end(bool cut);
    /// Time is up. By itself nothing: somebody accepts, but a program that talks was asked for.
    virtual void on_silence();
    /// kMaxProbeBytes came.
    virtual void on_too_much();

    // The second connection, for who asks for one by data_port().
    virtual void on_data_connected() {}
    /// `dial`: what the attempt came to.
    virtual void on_data_failed(const ProbeOutcome& /*dial*/) {}
    virtual void on_data_bytes(Bytes /*bytes*/) {}
    virtual void on_data_end(bool /*cut*/) {}

    /// Bytes to send next, handed out once; some may be left when the outcome stands (a QUIT).
    std::string take_output();
    /// A port of the same address to dial, handed out once, and not when the outcome stands.
    std::optional<std::uint16_t> take_data_port();
    /// Nothing yet; later calls change nothing any more.
    const std::optional<ProbeOutcome>& outcome() const { return outcome_; }

protected:
    void say(std::string_view text) { output_ += text; }
    void want_data(std::uint16_t port) { data_port_ = port; }
    /// The first outcome stands; of `detail` what for_people() leaves.
    void finish(ProbeResult result, std::string_view detail);

private:
    std::string output_;
    std::optional<std::uint16_t> data_port_;
    std::optional<ProbeOutcome> outcome_;
};

/// Text of the far end, fit to be shown and cut to kMaxProbeDetailBytes: what is not printable
/// ASCII is a question mark.
std::string for_people(std::string_view text);

/// For an order over TCP. Error: invalid (a host or login that would break the protocol's lines).
Result<std::unique_ptr<Check>> make_check(const ProbeOrder& order, const CheckSeed& seed);

}  // namespace homeport::reach
