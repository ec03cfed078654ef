#pragma once
/// What `homeport doctor` prints.

#include "cli/outside_look.hpp"
#include "reach/service/reach.hpp"

#include <string>

namespace homeport::cli {

/// For a home user: what the line is, what to do next, and what was seen.
std::string render_examination(const reach::ReachView& view, const Outside& outside);
/// The same as one JSON object.
std::string examination_json(const reach::ReachView& view, const Outside& outside);

}  // namespace homeport::cli
