#include "reach/truth/reconnect_pattern.hpp"

#include "reach/truth/limits.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

namespace homeport::reach {
namespace {

constexpr UnixSeconds kMinute = 60;
constexpr UnixSeconds kHour = 3600;
constexpr UnixSeconds kDay = 86400;
/// Changes at the same time of day lie within so much of each other's middle.
constexpr UnixSeconds kSameTime = 15 * kMinute;
constexpr UnixSeconds kLeastInterval = kHour;
constexpr std::size_t kLeastChanges = 3;
/// So many changes that fit make full confidence.
constexpr std::size_t kManyChanges = 7;

/// Distance on the clock face, -12 h to 12 h.
UnixSeconds clock_distance(UnixSeconds from, UnixSeconds to) {
    UnixSeconds distance = (to - from) % kDay;
    if (distance > kDay / 2) distance -= kDay;
    if (distance < -kDay / 2) distance += kDay;
    return distance;
}

UnixSeconds median(std::vector<UnixSeconds> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

std::vector<UnixSeconds> gaps_of(std::span<const UnixSeconds> times) {
    std::vector<UnixSeconds> gaps;
    for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
    return gaps;
}

/// Those that lie at about the same time of day as `middle`.
std::vector<UnixSeconds> around(std::span<const UnixSeconds> times, UnixSeconds middle) {
    std::vector<UnixSeconds> result;
    for (const UnixSeconds one : times)
        if (std::abs(clock_distance(middle, one)) <= kSameTime) result.push_back(one);
    return result;
}

unsigned confidence(std::size_t fit, std::size_t all) {
    const std::size_t share = 100 * fit / all;
    return static_cast<unsigned>(share * std::min(fit, kManyChanges) / kManyChanges);
}

bool enough(std::size_t fit, std::size_t all) {
    return fit >= kLeastChanges && 3 * fit >= 2 * all;
}

/// The first one after `now`, on the way from `last` in steps of `period`.
UnixSeconds next_after(UnixSeconds last, UnixSeconds period, UnixSeconds now) {
    const UnixSeconds passed = std::max<UnixSeconds>(0, now - last);
    return last + (passed / period + 1) * period;
}

std::optional<ReconnectPattern> find_time_of_day(std::span<const UnixSeconds> times,
                                                 UnixSeconds now) {
    std::vector<UnixSeconds> best;
    for (const UnixSeconds one : times) {
        auto fit = around(times, one);
        if (fit.size() > best.size()) best = std::move(fit);
    }
    if (!enough(best.size(), times.size())) return {};
    std::vector<UnixSeconds> distances;
    for (const UnixSeconds one : best) distances.push_back(clock_distance(best.front(), one));
    const UnixSeconds shift = median(distances);
    const UnixSeconds days = (median(gaps_of(best)) + kDay / 2) / kDay;
    if (days == 0) return {};  // several a day: not a habit of this kind
    const UnixSeconds last = best.back() - clock_distance(best.front() + shift, best.back());
    ReconnectPattern pattern;
    pattern.period = days * kDay;
    pattern.next = next_after(last, pattern.period, now);
    pattern.second_of_day = pattern.next % kDay;
    pattern.confidence_percent = confidence(best.size(), times.size());
    return pattern;
}

std::optional<ReconnectPattern> find_interval(std::span<const UnixSeconds> times, UnixSeconds now) {
    const auto gaps = gaps_of(times);
    if (gaps.size() < kLeastChanges) return {};
    const UnixSeconds period = median(gaps);
    if (period < kLeastInterval) return {};
    const UnixSeconds tolerance = std::max(5 * kMinute, period / 50);
    const auto fit = static_cast<std::size_t>(std::ranges::count_if(
        gaps, [&](UnixSeconds gap) { return std::abs(gap - period) <= tolerance; }));
    if (!enough(fit, gaps.size())) return {};
    ReconnectPattern pattern;
    pattern.kind = ReconnectPattern::Kind::interval;
    pattern.period = period;
    pattern.next = next_after(times.back(), period, now);
    pattern.second_of_day = pattern.next % kDay;
    pattern.confidence_percent = confidence(fit, gaps.size());
    return pattern;
}

}  // namespace

std::optional<ReconnectPattern> find_pattern(std::span<const UnixSeconds> changes,
                                             UnixSeconds now) {
    if (changes.size() < kLeastChanges) return {};
    const auto newest = changes.last(std::min(changes.size(), kPatternChanges));
    const auto by_clock = find_time_of_day(newest, now);
    const auto by_interval = find_interval(newest, now);
    if (!by_clock || !by_interval) return by_clock ? by_clock : by_interval;
    return by_interval->confidence_percent > by_clock->confidence_percent ? by_interval : by_clock;
}

std::string to_text(const ReconnectPattern& pattern, std::int64_t utc_offset) {
    if (pattern.kind == ReconnectPattern::Kind::interval) {
        const UnixSeconds minutes = (pattern.period + kMinute / 2) / kMinute;
        if (minutes % 60 == 0) return fmt::format("every {} hours", minutes / 60);
        return fmt::format("every {} h {} min", minutes / 60, minutes % 60);
    }
    const UnixSeconds local = ((pattern.second_of_day + utc_offset) % kDay + kDay) % kDay;
    const UnixSeconds days = pattern.period / kDay;
    const std::string how_often = days == 1 ? "every day" : fmt::format("every {} days", days);
    return fmt::format("{} at about {:02}:{:02}", how_often, local / kHour,
                       local % kHour / kMinute);
}

}  // namespace homeport::reach
