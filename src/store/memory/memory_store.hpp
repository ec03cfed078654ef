#pragma once
/// A store that forgets with the process: for tests and the simulator. For one thread.

#include "store/relay_store.hpp"

#include <map>

namespace homeport::store {

class MemoryStore final : public RelayStore {
public:
    Result<> add_invite(const Invite& invite) override;
    Result<AgentRecord> redeem(const SecretHash& secret_hash, const PublicKey& key,
                               UnixSeconds now) override;
    Result<std::vector<AgentRecord>> agents() override;
    Result<std::optional<AgentRecord>> agent_by_key(const PublicKey& key) override;
    Result<> revoke(const std::string& agent) override;
    Result<> release(const std::string& agent) override;
    Result<> save_offers(const std::string& agent, const std::vector<std::byte>& offers) override;
    Result<std::vector<std::byte>> offers(const std::string& agent) override;

private:
    struct Entry {
        AgentRecord record;
        std::vector<std::byte> offers;
    };

    Result<> check_room(const Invite& invite) const;
    const AgentRecord* owner_of(const PublicKey& key) const;
    void drop_invites(const std::string& agent);

    std::map<std::string, Entry> agents_;
    std::map<SecretHash, Invite> invites_;
};

}  // namespace homeport::store
