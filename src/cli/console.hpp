#pragma once
/// Where commands read and write, and how they end.

#include "core/result.hpp"

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace homeport::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;      ///< the thing asked for failed
inline constexpr int kWrongUsage = 2;  ///< the command line or the settings are wrong

/// What a role's failed start means: kWrongUsage when its settings or keys cannot be honoured as
/// they are.
int exit_code_of(const Error& error);

struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    /// One line on `err`: "homeport: WHAT (REMEDY)"; returns `code`.
    int fail(int code, std::string_view what, std::string_view remedy = {}) const;
};

/// `text` without control characters: what a peer named cannot move the user's cursor.
std::string printable(std::string_view text);

}  // namespace homeport::cli
