#pragma once
/// Checks of options, shared by the parts of the command line.

#include "core/result.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <string>
#include <string_view>

namespace homeport::cli {

/// A check made of a parser: its error is what the user sees.
template <class Parse>
CLI::Validator check_by(Parse parse) {
    return {[parse](std::string& text) {
                const auto parsed = parse(text);
                return parsed ? std::string() : parsed.error().what;
            },
            "", ""};
}

/// A duration of `least` to `most`. Error: invalid; it begins with `what`, "an invite lives".
inline Result<Duration> parse_duration_within(std::string_view text, std::string_view what,
                                              Duration least, Duration most) {
    const auto time = parse_duration(text);
    if (!time || (*time >= least && *time <= most)) return time;
    return fail(Errc::invalid, fmt::format("{} {} to {}, not '{}'", what, format_duration(least),
                                           format_duration(most), text));
}

}  // namespace homeport::cli
