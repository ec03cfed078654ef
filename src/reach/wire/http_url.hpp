#pragma once
/// Where something of a router is: "http://192.0.2.1:49152/desc.xml". Hosts are numeric only: a
/// name would lead wherever its owner likes. Pure.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "reach/wire/upnp_limits.hpp"

#include <string>
#include <string_view>

namespace homeport::reach {

struct HttpUrl {
    Endpoint at;
    std::string path = "/";  ///< with its query, without its fragment

    /// Blanks around are cut off; port 80 where none is written. Errors: invalid (also for
    /// characters that may not stand in a request line, and beyond kMaxUrlBytes).
    static Result<HttpUrl> parse(std::string_view text);
    /// `reference` as a document at this place means it (RFC 3986 section 5, without "..").
    Result<HttpUrl> resolve(std::string_view reference) const;
    std::string to_string() const;
    friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

}  // namespace homeport::reach
