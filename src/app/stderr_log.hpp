#pragma once
/// The log of a running role: one line per event on standard error, written by one system call, so
/// that threads may share it.
/// "2026-11-22T05:08:42.123Z info link.up agent=attic"

#include "core/log.hpp"

#include <atomic>
#include <string>

namespace homeport::app {

/// A line's beginning: time in UTC with milliseconds, and the level.
std::string log_prefix(Level level, std::int64_t unix_ms);

class StderrLog final : public Log {
public:
    /// `fd` is not closed; a full or broken one loses lines, never the process.
    explicit StderrLog(Level least, int fd = 2) : least_(least), fd_(fd) {}

    bool enabled(Level level) const override { return level >= least_; }
    void write(Level level, std::string_view event, std::initializer_list<Field> fields) override;
    void set_level(Level least) { least_ = least; }

private:
    std::atomic<Level> least_;
    int fd_;
};

}  // namespace homeport::app
