#include "app/park_board.hpp"

#include <algorithm>

namespace homeport::app {

void ParkBoard::park(const std::string& service, dns::ParkedAnswer answer) {
    if (!service.empty()) {
        services_[service] = std::move(answer);
        return;
    }
    all_ = std::move(answer);
    services_.clear();
}

void ParkBoard::unpark(const std::string& service, const std::vector<std::string>& known) {
    if (service.empty()) {
        all_.reset();
        services_.clear();
        return;
    }
    if (all_) {
        for (const std::string& other : known) services_.try_emplace(other, *all_);
    }
    all_.reset();
    services_.erase(service);
}

const dns::ParkedAnswer* ParkBoard::answer(const std::string& service) const {
    const auto own = services_.find(service);
    if (own != services_.end()) return &own->second;
    return all_ ? &*all_ : nullptr;
}

void ParkBoard::keep_only(const std::vector<std::string>& known) {
    std::erase_if(services_, [&](const auto& entry) {
        return std::find(known.begin(), known.end(), entry.first) == known.end();
    });
}

std::vector<std::pair<std::string, dns::ParkedAnswer>> ParkBoard::wishes() const {
    std::vector<std::pair<std::string, dns::ParkedAnswer>> list;
    if (all_) list.emplace_back("", *all_);
    list.insert(list.end(), services_.begin(), services_.end());
    return list;
}

}  // namespace homeport::app
