#pragma once
/// The command line as a typed command.

#include "cli/command.hpp"

#include <string>
#include <variant>
#include <vector>

namespace homeport::cli {

/// Nothing to run: help was asked for, or the command line is wrong.
struct Refusal {
    int exit_code = 0;  ///< kDone for help, kWrongUsage else
    std::string text;   ///< for standard output (help) or one line for standard error
};

/// `arguments` without the program's name.
std::variant<Command, Refusal> parse_arguments(const std::vector<std::string>& arguments);

}  // namespace homeport::cli
