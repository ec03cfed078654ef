#include "reach/truth/history.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

namespace homeport::reach {
namespace {

/// "address from until".
std::optional<AddressSpan> parse_span(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = line.rfind(' ');
    if (first == std::string_view::npos || first == second) return {};
    constexpr auto kLatest =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 2);
    const auto address = IpAddress::parse(line.substr(0, first));
    const auto from = parse_uint(line.substr(first + 1, second - first - 1), kLatest);
    const auto until = parse_uint(line.substr(second + 1), kLatest);
    if (!address || !from || !until || *from > *until) return {};
    return AddressSpan{*address, static_cast<UnixSeconds>(*from), static_cast<UnixSeconds>(*until)};
}

}  // namespace

std::vector<AddressSpan>& AddressHistory::list(const IpAddress& address) {
    return spans_.at(static_cast<std::size_t>(family_of(address)));
}

void AddressHistory::append(std::vector<AddressSpan>& list, const AddressSpan& span) {
    if (list.size() == kMaxSpans) list.erase(list.begin());
    list.push_back(span);
}

void AddressHistory::seen(const IpAddress& address, UnixSeconds now) {
    auto& spans = list(address);
    now = std::max<UnixSeconds>(now, 0);
    if (!spans.empty()) now = std::max(now, spans.back().until);
    if (spans.empty() || spans.back().address != address) append(spans, {address, now, now});
    spans.back().until = now;
}

std::span<const AddressSpan> AddressHistory::spans(Family family) const {
    return spans_.at(static_cast<std::size_t>(family));
}

std::vector<UnixSeconds> AddressHistory::changes(Family family) const {
    std::vector<UnixSeconds> times;
    for (const AddressSpan& one : spans(family)) times.push_back(one.from);
    if (!times.empty()) times.erase(times.begin());
    return times;
}

std::string AddressHistory::to_text() const {
    std::string text;
    for (const auto& spans : spans_)
        for (const AddressSpan& one : spans)
            text += fmt::format("{} {} {}\n", one.address.to_string(), one.from, one.until);
    return text;
}

Result<AddressHistory> AddressHistory::parse(std::string_view text) {
    AddressHistory history;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto span = parse_span(text.substr(0, end));
        auto* spans = span ? &history.list(span->address) : nullptr;
        const bool in_order = spans && (spans->empty() || spans->back().until <= span->from);
        if (!in_order)
            return fail(Errc::invalid, fmt::format("line {} of the address history", number));
        append(*spans, *span);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return history;
}

}  // namespace homeport::reach
