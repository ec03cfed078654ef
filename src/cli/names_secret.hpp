#pragma once
/// Passwords and tokens of a name service: from files and from the terminal, never from the command
/// line. No error quotes one.

#include "cli/console.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>

namespace homeport::cli {

/// The first line of a file. Errors: those of read_trusted_file(); invalid (it is empty).
Result<std::string> read_secret_line(const std::string& path);

/// Asks on the terminal of this process, without showing what is typed. Errors: not_found (there is
/// no terminal), closed (given up), io.
Result<std::string> ask_on_terminal(const std::string& prompt);

/// From the file, or asked for; twice when it is `fresh`. Prints why there is none.
std::optional<std::string> get_password(const std::string& file, bool fresh,
                                        const Console& console);

}  // namespace homeport::cli
