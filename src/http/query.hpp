#pragma once
/// Query strings and forms: "name=value&name=value" with percent escapes (RFC 3986 section 2.1;
/// application/x-www-form-urlencoded of https://url.spec.whatwg.org/#urlencoded-parsing). Strict: a
/// broken escape is an error, not text. Decoded values may hold any octet. Pure.

#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::http {

/// What "+" stands for: itself in a path, a blank in queries and forms.
enum class Plus : unsigned char { itself, blank };

/// Error: invalid ("%" without two hexadecimal digits).
Result<std::string> percent_decode(std::string_view text, Plus plus = Plus::itself);

class Parameters {
public:
    struct Parameter {
        std::string name;
        std::string value;
    };

    /// A query without its "?", or a form. Empty pieces are skipped; a piece without "=" has an
    /// empty value. Errors: invalid (an escape), limit (kMaxQueryBytes, kMaxParameters).
    static Result<Parameters> parse(std::string_view text);

    /// The first of that name; names compare with case.
    std::optional<std::string_view> find(std::string_view name) const;
    /// In order, repeated names included.
    const std::vector<Parameter>& all() const { return all_; }

private:
    std::vector<Parameter> all_;
};

}  // namespace homeport::http
