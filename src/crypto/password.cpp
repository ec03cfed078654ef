#include "crypto/password.hpp"

#include "core/base64.hpp"
#include "core/text.hpp"

#include <openssl/evp.h>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace homeport::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
/// OWASP's choice for interactive use, with less memory.
constexpr unsigned kLogN = 14;
constexpr std::uint64_t kBlocks = 8;
constexpr std::uint64_t kLanes = 1;
/// The most that what is kept may ask for.
constexpr unsigned kMaxLogN = 18;
constexpr std::uint64_t kMaxFactor = 16;
constexpr std::uint64_t kMaxMemoryBytes = std::uint64_t{1} << 30;

struct Parameters {
    std::uint64_t log_n = kLogN;
    std::uint64_t blocks = kBlocks;
    std::uint64_t lanes = kLanes;
};

std::optional<std::array<std::byte, kKeyBytes>> derive(std::string_view password, Bytes salt,
                                                       const Parameters& with) {
    std::array<std::byte, kKeyBytes> key;
    const int done = EVP_PBE_scrypt(
        password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
        salt.size(), std::uint64_t{1} << with.log_n, with.blocks, with.lanes, kMaxMemoryBytes,
        reinterpret_cast<unsigned char*>(key.data()), key.size());
    if (done != 1) return std::nullopt;
    return key;
}

std::string_view next_part(std::string_view& rest) {
    const auto end = rest.find('$');
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

/// 0: no number from 1 to `most`.
std::uint64_t number(std::string_view text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value <= most ? value : 0;
}

}  // namespace

Result<std::string> encode_password(std::string_view password, Bytes salt) {
    const Parameters with;
    const auto key = derive(password, salt, with);
    if (!key) return fail(Errc::io, "no memory to keep a password; free some");
    return "scrypt$" + std::to_string(with.log_n) + "$" + std::to_string(with.blocks) + "$" +
           std::to_string(with.lanes) + "$" + to_base64(salt) + "$" + to_base64(*key);
}

bool is_password(std::string_view password, std::string_view encoded) {
    if (next_part(encoded) != "scrypt") return false;
    Parameters with;
    with.log_n = number(next_part(encoded), kMaxLogN);
    with.blocks = number(next_part(encoded), kMaxFactor);
    with.lanes = number(next_part(encoded), kMaxFactor);
    const auto salt = from_base64(next_part(encoded));
    const auto key = from_base64(next_part(encoded));
    if (with.log_n == 0 || with.blocks == 0 || with.lanes == 0 || !salt || !key) return false;
    const auto derived = derive(password, *salt, with);
    return derived && equal_in_constant_time(*derived, *key);
}

}  // namespace homeport::crypto
