#pragma once
/// Walks a settings tree along the field table.

#include "config/fields.hpp"
#include "config/node.hpp"
#include "config/report.hpp"

#include <span>
#include <string>
#include <string_view>

namespace homeport::config {

/// "[relay]" or "[[service]]".
std::string header(const Section& section);

/// Reads the fields of `table` and reports unknown and missing ones. `others` are further sections
/// of the file, for the hint where a misplaced setting belongs.
void read_section(const Section& section, const Node& table, std::span<const Section> others,
                  Report& report);

/// Reads every section that is not repeated, and reports tables that neither these nor the repeated
/// ones of `sections` know. `other_role` are the sections of the other role, called `other_name`.
void read_sections(const Node& root, std::span<const Section> sections,
                   std::span<const Section> other_role, std::string_view other_name,
                   Report& report);

}  // namespace homeport::config
