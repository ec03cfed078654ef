#pragma once
/// What a paired machine may ask its relay for, as it is kept while the answer is awaited. Pure.

#include "core/result.hpp"
#include "tunnel/protocol/frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace homeport::tunnel {

/// The "server stopped" notice of a home, or no longer.
struct ParkQuestion {
    std::string home;     ///< empty: the one that asks
    std::string service;  ///< empty: all
    bool parked = true;
    std::string answer{};  ///< as in ParkFrame
    friend bool operator==(const ParkQuestion&, const ParkQuestion&) = default;
};

/// An ACME challenge (RFC 8555 section 8.4) under a host that the asking machine publishes.
struct ChallengeQuestion {
    std::string host;
    std::string text;
    bool present = true;
    friend bool operator==(const ChallengeQuestion&, const ChallengeQuestion&) = default;
};

/// A dial from outside to the address that the asking connection comes from. Its answer is that of
/// ask_result().
struct ProbeQuestion {
    ProbeToken token{};
    bool udp = false;
    std::uint16_t port = 0;
    ProbeCheck check = ProbeCheck::proof;
    std::string service{};
    std::string host{};
    std::string login{};
    friend bool operator==(const ProbeQuestion&, const ProbeQuestion&) = default;
};

/// Asking twice is the same as asking once.
using Question = std::variant<ParkQuestion, ChallengeQuestion, ProbeQuestion>;

/// Error: invalid, a text is longer than its frame takes.
Result<> check_question(const Question& question);
/// Views point into the question.
Frame frame_of(const Question& question, std::uint32_t ask);
/// The number of PARK, CHALLENGE or PROBE; nothing: another frame.
std::optional<std::uint32_t> ask_number(const Frame& frame);

/// The frame for a result and back; views point into the result.
AskedFrame asked_frame(std::uint32_t ask, const Result<>& result);
Result<> result_of(const AskedFrame& asked);

}  // namespace homeport::tunnel
