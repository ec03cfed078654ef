#pragma once
/// Passwords of people, kept so that guessing them from what is kept is slow: scrypt (RFC 7914).

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace homeport::crypto {

inline constexpr std::size_t kPasswordSaltBytes = 16;

/// "scrypt$LOGN$R$P$SALT$KEY". Takes about 30 ms and 16 MiB. `salt` has kPasswordSaltBytes that
/// nobody else has. Error: io (no memory).
Result<std::string> encode_password(std::string_view password, Bytes salt);
/// As slow; false also when `encoded` is none of these.
bool is_password(std::string_view password, std::string_view encoded);

}  // namespace homeport::crypto
