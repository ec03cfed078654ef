#pragma once
/// What a relay must not forget: agents, what they may publish, invites, and what was last
/// published. Every call that changes something returns after the change is on disk. An agent's
/// NAME owns its hosts and ports until an operator releases them, also while it is revoked; its key
/// is bound by pairing. Safe for use by several processes at once (the relay, and `homeport invite`
/// beside it).

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/service.hpp"
#include "core/time.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace homeport::store {

/// SHA-256 of an invite's secret; the secret itself is never stored.
using SecretHash = std::array<std::byte, 32>;

struct AgentRecord {
    std::string name;
    std::optional<PublicKey> key;  ///< none until paired
    Grants grants;
    bool revoked = false;
    UnixSeconds created = 0;
    UnixSeconds paired = 0;  ///< 0: never
    friend bool operator==(const AgentRecord&, const AgentRecord&) = default;
};

struct Invite {
    SecretHash secret_hash{};
    std::string agent;
    Grants grants;  ///< replace the agent's when the invite is stored, as merge_grants() does
    UnixSeconds created = 0;
    UnixSeconds expires = 0;
};

class RelayStore {
public:
    virtual ~RelayStore() = default;

    /// Creates or updates the agent and adds the invite, in one step. Error `exists`, naming host
    /// or port and owner, when a grant overlaps one of another agent. Grants of neither host nor
    /// port keep those the agent has, and none to park others keep those. An invite for a revoked
    /// agent leaves it revoked until somebody pairs with it.
    virtual Result<> add_invite(const Invite& invite) = 0;
    /// Uses the invite up: binds `key` to the agent (replacing an older key), lifts a revocation.
    /// Errors: not_found (unknown or used), timed_out (expired), exists (the key belongs to another
    /// agent).
    virtual Result<AgentRecord> redeem(const SecretHash& secret_hash, const PublicKey& key,
                                       UnixSeconds now) = 0;
    /// Sorted by name.
    virtual Result<std::vector<AgentRecord>> agents() = 0;
    virtual Result<std::optional<AgentRecord>> agent_by_key(const PublicKey& key) = 0;
    /// Error: not_found. Unused invites of the agent die with it.
    virtual Result<> revoke(const std::string& agent) = 0;
    /// Removes a revoked or never paired agent with its grants, and others' rights to park it.
    /// Errors: not_found, denied (still active).
    virtual Result<> release(const std::string& agent) = 0;
    /// What the agent published last, as bytes of the wire format. Error: not_found (no such
    /// agent).
    virtual Result<> save_offers(const std::string& agent,
                                 const std::vector<std::byte>& offers) = 0;
    /// Empty when nothing was saved.
    virtual Result<std::vector<std::byte>> offers(const std::string& agent) = 0;
};

}  // namespace homeport::store
