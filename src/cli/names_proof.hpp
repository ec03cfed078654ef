#pragma once
/// The work that a name service wants to see before somebody signs up (names/proof_of_work.hpp).

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::cli {

/// How many tries there are between two questions whether to go on.
inline constexpr std::uint64_t kTriesBetween = 1 << 14;

/// A nonce for the challenge, by trying one after the other. `go_on` is asked from time to time,
/// with the number of tries so far; nothing when it says no.
std::optional<std::string> solve_challenge(std::string_view challenge, unsigned bits,
                                           const std::function<bool(std::uint64_t tries)>& go_on);

}  // namespace homeport::cli
