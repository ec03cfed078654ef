#pragma once
/// Parameters of SVCB and HTTPS as they are written (RFC 9460 section 2.1 and appendix A). Pure.

#include "core/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace homeport::dns {

/// Appends the parameters, each a word such as alpn=h2,h3 or port="8443", in wire form: keys rise.
/// Errors (invalid): an unknown or repeated key, a bad value, what RFC 9460 sections 7 and 8
/// forbid; what to do stands behind "; ".
Result<> append_service_parameters(std::string& out, std::span<const std::string_view> words);

}  // namespace homeport::dns
