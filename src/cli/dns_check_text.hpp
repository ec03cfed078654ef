#pragma once
/// What `homeport dns check` prints.

#include "dns/check/report.hpp"

#include <string>

namespace homeport::cli {

/// A line for each server and resolver, warnings, and the verdict.
std::string render_dns_check(const dns::check::Report& report);
/// The same as one JSON object, with all records.
std::string dns_check_json(const dns::check::Report& report);
/// One sentence: who has the change, and what to do next.
std::string dns_check_verdict(const dns::check::Report& report);

}  // namespace homeport::cli
