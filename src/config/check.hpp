#pragma once
/// The rules between settings: what each of them allows alone, but not together. `root` gives the
/// lines.

#include "config/node.hpp"
#include "config/report.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace homeport::config {

void check_relay(const Relay& relay, const Node& root, Report& report);
void check_agent(const Agent& agent, const Node& root, Report& report);

/// [dns] and [[zone]].
void check_dns(const Relay& relay, const Node& root, Report& report);

/// What both roles have. `control` defaults to a file in `state_dir`, which must leave room for it.
void check_resume(const Resume& resume, const Node& root, Report& report);
void check_control(std::string_view table, const std::string& control, const Node& root,
                   Report& report);

/// Line of a setting, else of its table, else 1.
std::size_t line_of(const Node& root, std::string_view table, std::string_view name);

}  // namespace homeport::config
