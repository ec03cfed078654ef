#pragma once
/// The rules that every store applies in the same way. Pure.

#include "store/relay_store.hpp"

#include <string>

namespace homeport::store {

/// Errors: invalid (no name, or one too long, of the agent or one to be parked), limit (too many
/// grants).
Result<> check_invite(const Invite& invite);

/// Error `exists`, naming the host or port and its owner, when two owners would share a name or
/// port.
Result<> check_no_overlap(const Grants& wanted, const Grants& taken, const std::string& owner);

/// Neither a host nor a port.
bool publishes_nothing(const Grants& grants);
/// What an agent with `kept` has after an invite with `invited`: what may be published is replaced
/// by what the invite names, if it names any, and so is whom it may park.
Grants merge_grants(Grants kept, const Grants& invited);

Error no_such_agent(const std::string& agent);
Error no_such_invite();
Error invite_expired(const std::string& agent);
Error invite_exists();
Error key_taken(const std::string& owner);
Error still_active(const std::string& agent);
Error too_many_agents();
Error too_many_invites(const std::string& agent);
Error too_many_offer_bytes(const std::string& agent);

}  // namespace homeport::store
