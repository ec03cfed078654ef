#pragma once
/// The field lines of an HTTP/1.x head (RFC 9112 section 5). Pure.

#include "http/head.hpp"

#include <string_view>

namespace homeport::http {

/// Parses the lines up to and with the empty one into `out`, which is reset first. Returns 0, 400
/// (a malformed line, a bad Content-Length), 413 (a Content-Length above the limit) or 431 (too
/// many).
int parse_fields(std::string_view lines, FieldBlock& out);

/// Which kind a field of this name is. Names compare without case.
FieldKind field_kind(std::string_view name);

}  // namespace homeport::http
