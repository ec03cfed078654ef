#include "core/service.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace homeport {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"tcp", "tls", "http", "ftp"};
constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4, without the final dot
constexpr std::size_t kMaxLabelBytes = 63;

bool is_label(std::string_view label) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), allowed);
}

bool is_host(std::string_view host) {
    if (host.empty() || host.size() > kMaxHostBytes) return false;
    while (true) {
        const auto dot = host.find('.');
        if (!is_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

}  // namespace

std::string_view to_string(ServiceKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<ServiceKind> parse_service_kind(std::string_view text) {
    const auto* const found = std::find(kKinds.begin(), kKinds.end(), text);
    if (found == kKinds.end()) return std::nullopt;
    return static_cast<ServiceKind>(found - kKinds.begin());
}

Result<PortRange> PortRange::parse(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_uint(text.substr(0, dash), 65535);
    const auto last =
        dash == std::string_view::npos ? first : parse_uint(text.substr(dash + 1), 65535);
    if (!first || !last || *first == 0 || *first > *last) {
        return fail(Errc::invalid, "\"" + std::string(text) +
                                       "\" is not a port or a range; write \"8080\" or "
                                       "\"42000-42010\", from 1 to 65535");
    }
    return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::string PortRange::to_string() const {
    if (first == last) return std::to_string(first);
    return std::to_string(first) + "-" + std::to_string(last);
}

Result<HostGlob> HostGlob::parse(std::string_view text) {
    HostGlob glob;
    glob.text_ = to_lower(text);
    if (glob.text_.ends_with('.')) glob.text_.pop_back();
    const bool valid = glob.wildcard() ? is_host(std::string_view(glob.text_).substr(2)) &&
                                             glob.text_.find('.', 2) != std::string::npos
                                       : is_host(glob.text_);
    if (!valid) {
        return fail(Errc::invalid, "\"" + std::string(text) +
                                       "\" is not a host name; write \"home.example.net\" or "
                                       "\"*.home.example.net\"");
    }
    return glob;
}

bool HostGlob::matches(std::string_view host) const {
    if (!wildcard()) return host == text_;
    const std::string_view suffix = std::string_view(text_).substr(1);
    return host.size() > suffix.size() && host.ends_with(suffix);
}

bool HostGlob::covers(const HostGlob& other) const {
    if (!other.wildcard()) return matches(other.text_);
    return wildcard() &&
           std::string_view(other.text_).substr(1).ends_with(std::string_view(text_).substr(1));
}

}  // namespace homeport
