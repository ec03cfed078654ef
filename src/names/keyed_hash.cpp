#include "names/keyed_hash.hpp"

#include <algorithm>

namespace homeport::names {

Mac KeyedHash::mac(std::string_view purpose, Bytes input) const {
    crypto::Hmac hmac(key_);
    hmac.update(as_bytes(purpose));
    hmac.update(std::array{std::byte{0}});
    hmac.update(input);
    const crypto::Digest digest = hmac.finish();
    Mac mac;
    std::ranges::copy(digest.bytes().first(mac.size()), mac.begin());
    return mac;
}

std::uint64_t KeyedHash::number(std::string_view purpose, Bytes input) const {
    const Mac whole = mac(purpose, input);
    return Reader(whole).u64();
}

}  // namespace homeport::names
