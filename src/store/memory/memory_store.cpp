#include "store/memory/memory_store.hpp"

#include "store/limits.hpp"
#include "store/rules.hpp"

#include <algorithm>
#include <utility>

namespace homeport::store {

Result<> MemoryStore::check_room(const Invite& invite) const {
    const auto same_agent = [&](const auto& entry) { return entry.second.agent == invite.agent; };
    const auto waiting = std::count_if(invites_.begin(), invites_.end(), same_agent);
    if (invites_.contains(invite.secret_hash)) return std::unexpected(invite_exists());
    if (static_cast<std::size_t>(waiting) >= kMaxInvitesPerAgent) {
        return std::unexpected(too_many_invites(invite.agent));
    }
    if (!agents_.contains(invite.agent) && agents_.size() >= kMaxAgents) {
        return std::unexpected(too_many_agents());
    }
    for (const auto& [name, entry] : agents_) {
        if (name == invite.agent) continue;
        if (auto free = check_no_overlap(invite.grants, entry.record.grants, name); !free)
            return free;
    }
    return {};
}

Result<> MemoryStore::add_invite(const Invite& invite) {
    if (auto valid = check_invite(invite); !valid) return valid;
    std::erase_if(invites_, [&](const auto& entry) {
        return entry.second.expires < invite.created - kKeepExpiredSeconds;
    });
    if (auto room = check_room(invite); !room) return room;
    const auto [place, fresh] = agents_.try_emplace(invite.agent);
    AgentRecord& record = place->second.record;
    if (fresh) {
        record.name = invite.agent;
        record.created = invite.created;
    }
    record.grants = merge_grants(std::move(record.grants), invite.grants);
    invites_.emplace(invite.secret_hash, invite);
    return {};
}

Result<AgentRecord> MemoryStore::redeem(const SecretHash& secret_hash, const PublicKey& key,
                                        UnixSeconds now) {
    const auto invite = invites_.find(secret_hash);
    if (invite == invites_.end()) return std::unexpected(no_such_invite());
    const std::string& agent = invite->second.agent;
    if (now >= invite->second.expires) return std::unexpected(invite_expired(agent));
    if (const auto* const owner = owner_of(key); owner != nullptr && owner->name != agent) {
        return std::unexpected(key_taken(owner->name));
    }
    AgentRecord& record = agents_.at(agent).record;
    record.key = key;
    record.paired = now;
    record.revoked = false;
    invites_.erase(invite);
    return record;
}

Result<std::vector<AgentRecord>> MemoryStore::agents() {
    std::vector<AgentRecord> records;
    for (const auto& [name, entry] : agents_) records.push_back(entry.record);
    return records;
}

Result<std::optional<AgentRecord>> MemoryStore::agent_by_key(const PublicKey& key) {
    const AgentRecord* const owner = owner_of(key);
    return owner == nullptr ? std::nullopt : std::optional(*owner);
}

Result<> MemoryStore::revoke(const std::string& agent) {
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return std::unexpected(no_such_agent(agent));
    found->second.record.revoked = true;
    drop_invites(agent);
    return {};
}

Result<> MemoryStore::release(const std::string& agent) {
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return std::unexpected(no_such_agent(agent));
    const AgentRecord& record = found->second.record;
    if (record.key && !record.revoked) return std::unexpected(still_active(agent));
    drop_invites(agent);
    agents_.erase(found);
    for (auto& [name, entry] : agents_) std::erase(entry.record.grants.may_park, agent);
    return {};
}

Result<> MemoryStore::save_offers(const std::string& agent, const std::vector<std::byte>& offers) {
    if (offers.size() > kMaxOffersBytes) return std::unexpected(too_many_offer_bytes(agent));
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return std::unexpected(no_such_agent(agent));
    found->second.offers = offers;
    return {};
}

Result<std::vector<std::byte>> MemoryStore::offers(const std::string& agent) {
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return std::vector<std::byte>{};
    return found->second.offers;
}

const AgentRecord* MemoryStore::owner_of(const PublicKey& key) const {
    const auto found = std::find_if(agents_.begin(), agents_.end(), [&](const auto& entry) {
        return entry.second.record.key == key;
    });
    return found == agents_.end() ? nullptr : &found->second.record;
}

void MemoryStore::drop_invites(const std::string& agent) {
    std::erase_if(invites_, [&](const auto& entry) { return entry.second.agent == agent; });
}

}  // namespace homeport::store
