#include "app/stderr_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <chrono>

namespace homeport::app {
namespace {

std::string_view word(Level level) {
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warn:
        return "warn";
    case Level::error:
        return "error";
    }
    return "?";
}

}  // namespace

std::string log_prefix(Level level, std::int64_t unix_ms) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} ",
                       fmt::gmtime(static_cast<std::time_t>(unix_ms / 1000)), unix_ms % 1000,
                       word(level));
}

void StderrLog::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!enabled(level)) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto unix_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const std::string line = log_prefix(level, unix_ms) + format_log_line(event, fields) + "\n";
    [[maybe_unused]] const auto written = ::write(fd_, line.data(), line.size());
}

}  // namespace homeport::app
