#pragma once
/// Networks around addresses, and the list of those that are blocked. Pure.

#include "core/ip.hpp"
#include "store/name_store.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>

namespace homeport::names {

/// The first `bits` of the address, the rest zero. Requires bits <= 8 * address.size().
IpAddress masked(const IpAddress& address, unsigned bits);
/// The first `bits` of `network`, the rest of `host`. Requires two addresses of one family.
IpAddress with_prefix(const IpAddress& network, unsigned bits, const IpAddress& host);
/// What counts as one neighbour where accounts are counted: an IPv4 /24 or an IPv6 /48.
IpAddress neighbourhood(const IpAddress& address);

/// Found by one look-up for each length of prefix that occurs, however many there are.
class BlockList {
public:
    void put(const Cidr& network, store::StoredBlock block);
    void remove(const Cidr& network);
    const store::StoredBlock* find(const Cidr& network) const;
    bool contains(const IpAddress& address) const;
    std::size_t size() const { return blocks_.size(); }

private:
    std::map<Cidr, store::StoredBlock> blocks_;
    std::array<std::size_t, 33> lengths4_{};
    std::array<std::size_t, 129> lengths6_{};
};

}  // namespace homeport::names
