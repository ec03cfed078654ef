#include "dns/server/replay_guard.hpp"

#include "dns/server/limits.hpp"

#include <algorithm>

namespace homeport::dns {

void ReplayGuard::restore(NameView key, std::uint64_t signed_at) {
    Key& known = keys_[Name(key)];
    known.newest = signed_at;
    known.least = signed_at + 1;
}

ReplayGuard::Verdict ReplayGuard::check(NameView name, std::uint64_t signed_at, std::uint64_t mac) {
    Key& key = keys_[Name(name)];
    if (signed_at < key.least) return Verdict::stale;
    const auto second = key.seen.find(signed_at);
    if (second != key.seen.end() && second->second.contains(mac)) return Verdict::repeated;
    key.advance(signed_at);
    if (key.remembered >= kRememberedUpdates) return Verdict::full;
    key.seen[signed_at].emplace(mac, std::nullopt);
    ++key.remembered;
    return Verdict::fresh;
}

/// Forgets what is too old by now.
void ReplayGuard::Key::advance(std::uint64_t signed_at) {
    newest = std::max(newest, signed_at);
    if (newest > kUpdateWindow) least = std::max(least, newest - kUpdateWindow);
    while (!seen.empty() && seen.begin()->first < least) {
        remembered -= seen.begin()->second.size();
        seen.erase(seen.begin());
    }
}

void ReplayGuard::answered(NameView name, std::uint64_t signed_at, std::uint64_t mac, Rcode rcode) {
    const auto key = keys_.find(name);
    if (key == keys_.end()) return;
    const auto second = key->second.seen.find(signed_at);
    if (second == key->second.seen.end()) return;
    const auto update = second->second.find(mac);
    if (update != second->second.end()) update->second = rcode;
}

std::optional<Rcode> ReplayGuard::answer(NameView name, std::uint64_t signed_at,
                                         std::uint64_t mac) const {
    const auto key = keys_.find(name);
    if (key == keys_.end()) return std::nullopt;
    const auto second = key->second.seen.find(signed_at);
    if (second == key->second.seen.end()) return std::nullopt;
    const auto update = second->second.find(mac);
    return update == second->second.end() ? std::nullopt : update->second;
}

std::uint64_t ReplayGuard::newest(NameView name) const {
    const auto key = keys_.find(name);
    return key == keys_.end() ? 0 : key->second.newest;
}

}  // namespace homeport::dns
