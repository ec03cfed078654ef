#include "app/park_board.hpp"

#include <algorithm>

namespace homeport::app {

void ParkBoard::set(const std::string& service, bool parked,
                    const std::vector<std::string>& known) {
    if (service.empty()) {
        all_ = parked;
        services_.clear();
        return;
    }
    if (parked) {
        services_.insert(service);
        return;
    }
    if (all_) services_.insert(known.begin(), known.end());
    all_ = false;
    services_.erase(service);
}

void ParkBoard::keep_only(const std::vector<std::string>& known) {
    std::erase_if(services_, [&](const std::string& service) {
        return std::find(known.begin(), known.end(), service) == known.end();
    });
}

}  // namespace homeport::app
