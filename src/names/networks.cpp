#include "names/networks.hpp"

#include "core/assert.hpp"

namespace homeport::names {

IpAddress with_prefix(const IpAddress& network, unsigned bits, const IpAddress& host) {
    HOMEPORT_ASSERT(network.is_v4() == host.is_v4() && bits <= 8 * host.size());
    auto octets = host.octets();
    for (unsigned i = 0; i * 8 < bits; ++i) {
        const unsigned kept = bits - i * 8 >= 8 ? 0xff : 0xff00U >> (bits - i * 8) & 0xff;
        octets[i] = static_cast<std::uint8_t>((network.octets()[i] & kept) | (octets[i] & ~kept));
    }
    if (!host.is_v4()) return IpAddress::v6(octets);
    return IpAddress::v4({octets[0], octets[1], octets[2], octets[3]});
}

IpAddress masked(const IpAddress& address, unsigned bits) {
    return with_prefix(address, bits, address.is_v4() ? IpAddress() : IpAddress::v6({}));
}

IpAddress neighbourhood(const IpAddress& address) {
    return masked(address, address.is_v4() ? 24 : 48);
}

void BlockList::put(const Cidr& network, store::StoredBlock block) {
    const bool added = blocks_.insert_or_assign(network, std::move(block)).second;
    if (!added) return;
    ++(network.network.is_v4() ? lengths4_[network.prefix_bits] : lengths6_[network.prefix_bits]);
}

void BlockList::remove(const Cidr& network) {
    if (blocks_.erase(network) == 0) return;
    --(network.network.is_v4() ? lengths4_[network.prefix_bits] : lengths6_[network.prefix_bits]);
}

const store::StoredBlock* BlockList::find(const Cidr& network) const {
    const auto found = blocks_.find(network);
    return found == blocks_.end() ? nullptr : &found->second;
}

bool BlockList::contains(const IpAddress& address) const {
    if (blocks_.empty()) return false;
    for (unsigned bits = 0; bits <= 8 * address.size(); ++bits) {
        if ((address.is_v4() ? lengths4_[bits] : lengths6_[bits]) == 0) continue;
        if (blocks_.contains({masked(address, bits), static_cast<std::uint8_t>(bits)})) return true;
    }
    return false;
}

}  // namespace homeport::names
