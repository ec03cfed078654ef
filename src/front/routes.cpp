#include "front/routes.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace homeport::front {

std::string canonical_host(std::string_view authority) {
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string host = to_lower(authority.substr(0, colon));
    if (host.ends_with('.')) host.pop_back();
    return host;
}

bool HostTable::add(const HostGlob& glob, ServiceEntry* entry) {
    const auto [place, added] = names_.try_emplace(glob.text(), entry);
    if (!added) return place->second == entry;
    if (glob.wildcard()) ++wildcards_;
    return true;
}

void HostTable::remove(const HostGlob& glob, const ServiceEntry* entry) {
    const auto place = names_.find(glob.text());
    if (place == names_.end() || place->second != entry) return;
    names_.erase(place);
    if (glob.wildcard()) --wildcards_;
}

ServiceEntry* HostTable::find(std::string_view host) const {
    constexpr std::size_t kMaxName = 255;
    if (const auto exact = names_.find(host); exact != names_.end()) return exact->second;
    if (wildcards_ == 0 || host.size() > kMaxName) return nullptr;
    std::array<char, kMaxName + 2> pattern{'*'};
    for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
        const std::string_view rest = host.substr(dot);
        std::copy(rest.begin(), rest.end(), pattern.begin() + 1);
        const auto found = names_.find(std::string_view(pattern.data(), rest.size() + 1));
        if (found != names_.end()) return found->second;
    }
    return nullptr;
}

bool PortTable::add(const PortRange& range, ServiceEntry* entry) {
    for (const auto& [first, owned] : by_first_) {
        if (owned.entry != entry && owned.range.overlaps(range)) return false;
    }
    remove(entry);
    by_first_.emplace(range.first, Owned{range, entry});
    return true;
}

void PortTable::remove(const ServiceEntry* entry) {
    std::erase_if(by_first_, [&](const auto& item) { return item.second.entry == entry; });
}

ServiceEntry* PortTable::find(std::uint16_t port) const {
    auto next = by_first_.upper_bound(port);
    if (next == by_first_.begin()) return nullptr;
    --next;
    return next->second.range.contains(port) ? next->second.entry : nullptr;
}

}  // namespace homeport::front
