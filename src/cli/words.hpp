#pragma once
/// Figures as people say them.

#include "core/time.hpp"

#include <cstdint>
#include <string>

namespace homeport::cli {

/// "0.4 s", "12 s", "5 min", "2 h 5 min", "3 days 4 h".
std::string in_words(Duration duration);
/// "0 bytes", "512 bytes", "4.2 MB", "1.3 GB" (powers of 1000).
std::string size_in_words(std::uint64_t bytes);
/// "1 visitor", "3 visitors".
std::string counted(std::uint64_t count, const char* thing);
/// "2026-11-22T05:08:42Z"; "never" for 0.
std::string utc_in_words(UnixSeconds time);

}  // namespace homeport::cli
