#pragma once
/// Does the provider let mail out? Many drop what goes to port 25, and only that. The relay is a
/// host outside that everybody here may dial: one attempt goes to port 25 there and one to a port
/// that nobody cares about; a refusal is as good as a connection, it came back. Pure.

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace homeport::reach {

inline constexpr std::uint16_t kMailPort = 25;
/// Dynamic (RFC 6335 section 6), so that nobody waits there for anything.
inline constexpr std::uint16_t kIndifferentPort = 61999;

enum class OutgoingMail : std::uint8_t {
    unknown,  ///< the relay's host answers at neither port
    open,
    blocked,
};

/// How one dial ended: true, somebody answered, if only by a refusal; false, nobody; nothing: it
/// could not be tried.
std::optional<bool> answered(const Result<>& dial);

OutgoingMail judge_mail(std::optional<bool> mail, std::optional<bool> indifferent);

}  // namespace homeport::reach
