#pragma once
/// Collects the problems of one settings file while it is read.

#include "config/load.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace homeport::config {

class Report {
public:
    explicit Report(std::string file) : file_(std::move(file)) {}

    /// Beyond kMaxProblems nothing is kept. Control characters in the texts (a value may be quoted
    /// in them) are replaced, long ones cut.
    void add(std::size_t line, std::string_view what, std::string_view remedy);
    /// An error of a parser in core: what stands behind its last "; " is the remedy, else `remedy`
    /// is.
    void add(std::size_t line, std::string_view label, const Error& error, std::string_view remedy);

    bool clean() const { return problems_.empty(); }
    const std::string& file() const { return file_; }
    /// Sorted by line; those of one line as they were found.
    Problems take() { return std::move(problems_); }

private:
    std::string file_;
    Problems problems_;
};

/// The known word that somebody most likely meant: at most two letters wrong, missing, added or
/// swapped (Damerau-Levenshtein), else one of which the other is the beginning (three letters at
/// least). Empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace homeport::config
