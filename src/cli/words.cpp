#include "cli/words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

namespace homeport::cli {

std::string in_words(Duration duration) {
    using namespace std::chrono;
    const auto total = duration_cast<seconds>(duration).count();
    if (duration < 10s)
        return fmt::format("{:.1f} s",
                           duration_cast<std::chrono::duration<double>>(duration).count());
    if (total < 120) return fmt::format("{} s", total);
    const auto minutes_all = total / 60;
    if (minutes_all < 60) return fmt::format("{} min", minutes_all);
    const auto hours_all = minutes_all / 60;
    if (hours_all < 48) return fmt::format("{} h {} min", hours_all, minutes_all % 60);
    return fmt::format("{} days {} h", hours_all / 24, hours_all % 24);
}

std::string size_in_words(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} bytes", bytes);
    static constexpr std::array<const char*, 6> kUnits{"KB", "MB", "GB", "TB", "PB", "EB"};
    double size = static_cast<double>(bytes) / 1000.0;
    std::size_t unit = 0;
    // 999.95 would be rounded to "1000.0".
    while (size >= 999.95 && unit + 1 < kUnits.size()) {
        size /= 1000.0;
        ++unit;
    }
    return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string counted(std::uint64_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string utc_in_words(UnixSeconds time) {
    if (time == 0) return "never";
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time)));
}

}  // namespace homeport::cli
