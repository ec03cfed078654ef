#pragma once
/// What `homeport ports` prints.

#include <string>
#include <string_view>

namespace homeport::cli {

/// The agent's answer to "ports" for people: a line for each port, and one next step when something
/// does not work. Whatever is missing or strange in it is left out.
std::string render_ports(std::string_view answer);

}  // namespace homeport::cli
