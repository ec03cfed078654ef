#pragma once
/// What the owner of a parked service says its names shall answer, as a word and back. Pure.

#include "core/result.hpp"
#include "dns/server/home_answer.hpp"

#include <string>
#include <string_view>

namespace homeport::app {

/// "stand-in", "nothing", or up to kMaxParkedAddresses addresses with commas between. Without
/// `allow_private` they must be of the kind that the whole Internet reaches. Error: invalid.
Result<dns::ParkedAnswer> parse_parked_answer(std::string_view text, bool allow_private);

/// What parse_parked_answer() reads.
std::string to_string(const dns::ParkedAnswer& answer);

}  // namespace homeport::app
