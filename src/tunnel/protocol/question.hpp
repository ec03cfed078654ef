#pragma once
/// What a paired machine may ask its relay for, as it is kept while the answer is awaited. Pure.

#include "core/result.hpp"
#include "tunnel/protocol/frame.hpp"

#include <cstdint>
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

/// Asking twice is the same as asking once.
using Question = std::variant<ParkQuestion, ChallengeQuestion>;

/// Error: invalid, a text is longer than its frame takes.
Result<> check_question(const Question& question);
/// Views point into the question.
Frame frame_of(const Question& question, std::uint32_t ask);

/// The frame for a result and back; views point into the result.
AskedFrame asked_frame(std::uint32_t ask, const Result<>& result);
Result<> result_of(const AskedFrame& asked);

}  // namespace homeport::tunnel
