#pragma once
/// Keys that two parties share to sign DNS messages (RFC 8945). Nothing here changes once it is
/// made: threads may share it.

#include "core/result.hpp"
#include "crypto/digest.hpp"
#include "dns/tsig/limits.hpp"
#include "dns/wire/name.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace homeport::dns {

/// hmac-sha224, -sha256, -sha384 and -sha512; all others, the broken MD5 and SHA-1 among them, are
/// unknown.
using TsigAlgorithm = crypto::Hash;

/// "hmac-sha256", without a dot at the end.
std::string_view to_text(TsigAlgorithm algorithm);
/// In any case, without a dot at the end.
std::optional<TsigAlgorithm> parse_tsig_algorithm(std::string_view text);
/// The name that stands for it in messages.
NameView name_of(TsigAlgorithm algorithm);

class TsigKey {
public:
    /// Error: invalid (a secret shorter than kMinTsigSecretBytes or longer than
    /// kMaxTsigSecretBytes). The name counts in any case.
    static Result<TsigKey> make(NameView name, TsigAlgorithm algorithm, Bytes secret);

    NameView name() const { return name_.view(); }  ///< in lower case
    TsigAlgorithm algorithm() const { return hmac_.hash(); }
    const crypto::HmacKey& hmac() const { return hmac_; }

private:
    TsigKey(NameView lower_name, TsigAlgorithm algorithm, Bytes secret)
        : name_(lower_name), hmac_(algorithm, secret) {}

    Name name_;
    crypto::HmacKey hmac_;
};

class TsigKeys {
public:
    TsigKeys() = default;
    /// Errors: exists (two keys have one name), limit (more than kMaxTsigKeys).
    static Result<TsigKeys> make(std::vector<TsigKey> keys);

    /// Null: there is none. Lives as long as the ring, also when the ring is moved.
    const TsigKey* find(NameView name) const;
    std::size_t size() const { return keys_.size(); }

private:
    std::vector<TsigKey> keys_;  ///< ordered by the octets of their names
};

}  // namespace homeport::dns
