#include "config/report.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <vector>

namespace homeport::config {
namespace {

constexpr std::size_t kMaxSlips = 2;
constexpr std::size_t kMinPrefix = 3;
constexpr std::size_t kMaxWordBytes = 64;

std::string printable(std::string_view text) {
    std::string line(text.substr(0, kMaxMessageBytes));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
    std::replace_if(line.begin(), line.end(), is_control, '?');
    if (text.size() > kMaxMessageBytes) line += "...";
    return line;
}

/// Restricted Damerau-Levenshtein distance: the last three rows of the usual table are enough.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before(right.size() + 1);
    std::vector<std::size_t> above(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t changed = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, changed});
            const bool swapped =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[right.size()];
}

}  // namespace

std::string Problem::to_string() const {
    std::string text = file + ":" + std::to_string(line) + ": " + what;
    if (!remedy.empty()) text += " (" + remedy + ")";
    return text;
}

void Report::add(std::size_t line, std::string_view what, std::string_view remedy) {
    if (problems_.size() == kMaxProblems) return;
    const auto later = std::upper_bound(
        problems_.begin(), problems_.end(), line,
        [](std::size_t wanted, const Problem& problem) { return wanted < problem.line; });
    problems_.insert(later, {file_, line, printable(what), printable(remedy)});
}

void Report::add(std::size_t line, std::string_view label, const Error& error,
                 std::string_view remedy) {
    const std::string_view text = error.what;
    const auto split = text.rfind("; ");
    const std::string what = std::string(label) + ": " + std::string(text.substr(0, split));
    add(line, what, split == std::string_view::npos ? remedy : text.substr(split + 2));
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.empty() || word.size() > kMaxWordBytes) return {};
    std::string_view best;
    std::size_t best_distance = kMaxSlips + 1;
    for (const std::string_view candidate : known) {
        const std::size_t slips = distance(word, candidate);
        // A word of which nothing is left is no slip of the pen.
        if (slips >= best_distance || slips >= std::min(word.size(), candidate.size())) continue;
        best = candidate;
        best_distance = slips;
    }
    if (!best.empty() || word.size() < kMinPrefix) return best;
    const auto related = [&](std::string_view candidate) {
        return candidate.starts_with(word) || word.starts_with(candidate);
    };
    const auto found = std::find_if(known.begin(), known.end(), related);
    return found == known.end() ? std::string_view{} : *found;
}

}  // namespace homeport::config
