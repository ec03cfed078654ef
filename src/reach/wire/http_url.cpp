#include "reach/wire/http_url.hpp"

#include "core/text.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

constexpr std::string_view kScheme = "http://";

bool has_scheme(std::string_view text) {
    return text.size() >= kScheme.size() &&
           equals_ignoring_case(text.substr(0, kScheme.size()), kScheme);
}

bool fits_request_line(std::string_view path) {
    return std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<Endpoint> parse_authority(std::string_view text) {
    if (auto whole = Endpoint::parse(text)) return whole;
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    const auto address = IpAddress::parse(bracketed ? text.substr(1, text.size() - 2) : text);
    if (!address || bracketed == address->is_v4()) {
        return fail(Errc::invalid, "a URL without a numeric host");
    }
    return Endpoint{*address, 80};
}

Result<std::string> checked_path(std::string_view path) {
    path = path.substr(0, path.find('#'));
    if (path.size() > kMaxUrlBytes || !fits_request_line(path)) {
        return fail(Errc::invalid, "a URL with characters that may not be there, or too long");
    }
    return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

}  // namespace

Result<HttpUrl> HttpUrl::parse(std::string_view text) {
    text = trim_spaces(text);
    if (!has_scheme(text)) return fail(Errc::invalid, "not a URL of http");
    text.remove_prefix(kScheme.size());
    const auto slash = std::min(text.find_first_of("/?#"), text.size());
    const auto at = parse_authority(text.substr(0, slash));
    if (!at) return std::unexpected(at.error());
    auto path = checked_path(text.substr(slash));
    if (!path) return std::unexpected(path.error());
    return HttpUrl{*at, std::move(*path)};
}

Result<HttpUrl> HttpUrl::resolve(std::string_view reference) const {
    reference = trim_spaces(reference);
    if (reference.empty()) return fail(Errc::invalid, "an empty URL");
    if (reference.find("://") < reference.find_first_of("/?#")) return parse(reference);
    if (reference.starts_with("//")) return parse("http:" + std::string(reference));
    const std::string_view document = std::string_view(path).substr(0, path.find('?'));
    const bool absolute = reference.starts_with('/');
    const auto folder = absolute ? 0 : document.rfind('/') + 1;
    auto whole = checked_path(std::string(document.substr(0, folder)).append(reference));
    if (!whole) return std::unexpected(whole.error());
    return HttpUrl{at, std::move(*whole)};
}

std::string HttpUrl::to_string() const {
    return std::string(kScheme) + at.to_string() + path;
}

}  // namespace homeport::reach
