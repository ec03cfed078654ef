#pragma once
/// The words of a verdict. For verdict.cpp only.

#include "reach/truth/picture.hpp"
#include "reach/truth/verdict.hpp"

#include <string>
#include <vector>

namespace homeport::reach {

/// Fills headline and next_step from kind, blocked_ports and the picture.
void put_into_words(Verdict& verdict, const Picture& picture);

/// One line for each fact of the family, most telling first, at most kMaxVerdictLines.
std::vector<std::string> evidence_lines(const Picture& picture);

}  // namespace homeport::reach
