#include "app/direct_proofs.hpp"

#include <algorithm>

namespace homeport::app {

void DirectProofs::succeed(const std::string& service, const IpAddress& address, TimePoint now) {
    of(services_[service], address) = {address, now};
}

bool DirectProofs::fail(const std::string& service, const IpAddress& address) {
    const auto known = services_.find(service);
    if (known == services_.end()) return false;
    Proof& proof = of(known->second, address);
    if (!proof.address || ++proof.failures < kFailures) return false;
    proof = {};
    return true;
}

template <class Condition>
bool DirectProofs::drop(Condition condition) {
    bool dropped = false;
    for (auto& [service, families] : services_) {
        for (Proof& proof : families) {
            if (!proof.address || !condition(proof)) continue;
            proof = {};
            dropped = true;
        }
    }
    return dropped;
}

bool DirectProofs::move_to(const IpAddress& address) {
    return drop([&address](const Proof& proof) {
        return proof.address->is_v4() == address.is_v4() && *proof.address != address;
    });
}

bool DirectProofs::expire(TimePoint now) {
    return drop([now](const Proof& proof) { return now - proof.at >= kTime; });
}

void DirectProofs::keep_only(const std::set<std::string>& services) {
    std::erase_if(services_, [&](const auto& entry) { return !services.contains(entry.first); });
}

TimePoint DirectProofs::next() const {
    TimePoint next = kNever;
    for (const auto& [service, families] : services_) {
        for (const Proof& proof : families) {
            if (proof.address) next = std::min(next, proof.at + kTime);
        }
    }
    return next;
}

std::optional<dns::DirectPath> DirectProofs::path(const std::string& service) const {
    const auto known = services_.find(service);
    if (known == services_.end()) return std::nullopt;
    dns::DirectPath path{{}, kNever};
    for (const Proof& proof : known->second) {
        if (!proof.address) continue;
        path.addresses.push_back(*proof.address);
        path.proven_at = std::min(path.proven_at, proof.at);
    }
    if (path.addresses.empty()) return std::nullopt;
    return path;
}

}  // namespace homeport::app
