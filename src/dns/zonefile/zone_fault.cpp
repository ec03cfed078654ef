#include "dns/zonefile/zone_fault.hpp"

#include "dns/zonefile/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::dns {
namespace {

/// Without control characters and not longer than this.
std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string line(text.substr(0, max_bytes));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
    std::ranges::replace_if(line, is_control, '?');
    if (text.size() > max_bytes) line += "...";
    return line;
}

}  // namespace

std::string ZoneFault::to_string() const {
    std::string text = source + ":" + std::to_string(line) + ": " + what;
    if (!remedy.empty()) text += " (" + remedy + ")";
    return text;
}

bool FaultList::full() const {
    return faults_.size() >= kMaxZoneFaults;
}

void FaultList::add(std::size_t line, std::string_view what, std::string_view remedy) {
    if (full()) return;
    faults_.push_back(
        {source_, line, printable(what, kMaxFaultBytes), printable(remedy, kMaxFaultBytes)});
}

void FaultList::add(std::size_t line, const Error& error, std::string_view remedy) {
    const std::string_view text = error.what;
    const auto split = text.rfind("; ");
    add(line, text.substr(0, split),
        split == std::string_view::npos ? remedy : text.substr(split + 2));
}

ZoneFaults FaultList::take() {
    std::ranges::stable_sort(faults_, {}, &ZoneFault::line);
    return std::exchange(faults_, {});
}

std::string in_quotes(std::string_view text) {
    return "\"" + printable(text, kMaxQuotedBytes) + "\"";
}

}  // namespace homeport::dns
