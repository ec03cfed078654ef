#include "core/source_key.hpp"

#include <algorithm>

namespace homeport {

IpAddress source_key(const IpAddress& address) {
    if (address.is_v4()) return address;
    auto octets = address.octets();
    std::fill(octets.begin() + 8, octets.end(), std::uint8_t{0});
    return IpAddress::v6(octets);
}

}  // namespace homeport
