#pragma once
/// Which addresses count as those of the Internet. By the registries of IANA, and besides them the
/// networks that stand for it in a laboratory.

#include "core/special_addresses.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace homeport::reach {

class PublicSpace {
public:
    PublicSpace() = default;
    explicit PublicSpace(std::vector<Cidr> also) : also_(std::move(also)) {}

    bool contains(const IpAddress& address) const {
        return is_public(address) || std::ranges::any_of(also_, [&](const Cidr& network) {
                   return network.contains(address);
               });
    }

private:
    std::vector<Cidr> also_;
};

}  // namespace homeport::reach
