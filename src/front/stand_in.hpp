#pragma once
/// The answers the relay gives by itself: stand-in pages while a home is away, and errors. All are
/// self-contained HTML, all close the connection, none may be cached.

#include "core/time.hpp"
#include "front/limits.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace homeport::front {

using Page = std::shared_ptr<const std::string>;

/// Pages of the operator's directory: HOST.html, else default.html; kept kStandInCacheTime.
class StandInPages {
public:
    /// Empty directory: there are none.
    explicit StandInPages(std::string directory) : directory_(std::move(directory)) {}

    /// `host` in canonical form; whatever a visitor may have written there, no file outside of the
    /// directory is read. nullptr: no such page, or it is larger than kMaxStandInBytes.
    Page find(std::string_view host, TimePoint now);

private:
    struct Cached {
        Page page;
        TimePoint until;
    };
    Page read(const std::string& file, TimePoint now);

    std::string directory_;
    std::unordered_map<std::string, Cached> cache_;
};

/// "The site is away": the built-in page.
Page built_in_stand_in(std::string_view host);
/// A page for `status` (400, 403, 404, 408, 413, 414, 431, 502, 503, 504, 505).
Page error_page(int status, std::string_view host);
/// The head that goes before a page.
std::string answer_head(int status, std::size_t body_bytes);

}  // namespace homeport::front
