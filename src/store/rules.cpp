#include "store/rules.hpp"

#include "store/limits.hpp"

#include <algorithm>

namespace homeport::store {
namespace {

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= kMaxNameBytes;
}

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

}  // namespace

Result<> check_invite(const Invite& invite) {
    const auto& [hosts, ports, may_park] = invite.grants;
    if (!is_name(invite.agent) || !std::ranges::all_of(may_park, is_name)) {
        return fail(Errc::invalid, "the name of an agent has 1 to " +
                                       std::to_string(kMaxNameBytes) + " bytes; choose another");
    }
    if (hosts.size() + ports.size() + may_park.size() > kMaxGrantsPerAgent) {
        return fail(Errc::limit, "an agent has at most " + std::to_string(kMaxGrantsPerAgent) +
                                     " grants; use ranges and wildcards");
    }
    return {};
}

Result<> check_no_overlap(const Grants& wanted, const Grants& taken, const std::string& owner) {
    for (const HostGlob& host : wanted.hosts) {
        for (const HostGlob& other : taken.hosts) {
            if (!host.overlaps(other)) continue;
            return fail(Errc::exists, "host " + quoted(host.text()) + " overlaps " +
                                          quoted(other.text()) + " of agent " + quoted(owner) +
                                          "; choose another");
        }
    }
    for (const PortRange& ports : wanted.ports) {
        for (const PortRange& other : taken.ports) {
            if (!ports.overlaps(other)) continue;
            return fail(Errc::exists, "port " + ports.to_string() + " overlaps " +
                                          other.to_string() + " of agent " + quoted(owner) +
                                          "; choose another");
        }
    }
    return {};
}

bool publishes_nothing(const Grants& grants) {
    return grants.hosts.empty() && grants.ports.empty();
}

Grants merge_grants(Grants kept, const Grants& invited) {
    if (!publishes_nothing(invited)) {
        kept.hosts = invited.hosts;
        kept.ports = invited.ports;
    }
    if (!invited.may_park.empty()) kept.may_park = invited.may_park;
    return kept;
}

Error no_such_agent(const std::string& agent) {
    return {Errc::not_found, "no agent " + quoted(agent) + "; homeport agents lists them"};
}
Error no_such_invite() {
    return {Errc::not_found, "the token is unknown or was used; make a new one: homeport invite"};
}
Error invite_expired(const std::string& agent) {
    return {Errc::timed_out,
            "the token for " + quoted(agent) + " has expired; make a new one: homeport invite"};
}
Error invite_exists() {
    return {Errc::exists, "an invite with this secret is there already; make a new one"};
}
Error key_taken(const std::string& owner) {
    return {Errc::exists,
            "this key belongs to agent " + quoted(owner) + "; join with a state folder of its own"};
}
Error still_active(const std::string& agent) {
    return {Errc::denied, "agent " + quoted(agent) + " is active; revoke it first"};
}
Error too_many_agents() {
    return {Errc::limit, "there are " + std::to_string(kMaxAgents) +
                             " agents, the most that a relay takes; release one"};
}
Error too_many_invites(const std::string& agent) {
    return {Errc::limit, "agent " + quoted(agent) + " has " + std::to_string(kMaxInvitesPerAgent) +
                             " invites that nobody used; revoke it to drop them"};
}
Error too_many_offer_bytes(const std::string& agent) {
    return {Errc::limit, "agent " + quoted(agent) + " publishes more than " +
                             std::to_string(kMaxOffersBytes) + " bytes; publish less"};
}

}  // namespace homeport::store
