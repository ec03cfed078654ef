#pragma once
/// Finds the zone of a name and the servers of its zone: in the parent's NS set and in the zone's
/// own. Pure: step by step it says what to ask, and takes what came.
///
/// The resolver is asked for NS of every ancestor of the name: the deepest that has a set is the
/// zone, unless an ancestor below could not be resolved. The servers of the parent zone are asked
/// for the delegation then, without recursion, and names are turned into addresses by the resolver.

#include "dns/check/exchange.hpp"

#include <optional>
#include <string>
#include <vector>

namespace homeport::dns::check {

struct FoundServer {
    std::optional<Name> name;
    std::optional<Endpoint> address;
    bool by_parent = false;
    bool by_child = false;
};

struct FoundZone {
    std::optional<Name> zone;
    std::vector<FoundServer> servers;  ///< at most kMaxServers
    bool delegation_seen = false;
    std::size_t left_out = 0;
    std::string problem;  ///< empty: it went well
};

class ZoneSearch {
public:
    /// `servers` not empty: these are the servers, and only the zone is searched, by asking them.
    ZoneSearch(Name name, std::vector<Endpoint> servers, std::vector<Endpoint> resolvers);

    /// What to ask now; empty: the search is over, found() stands.
    std::vector<Request> requests() const;
    /// The outcome of each request, in their order.
    void take(const std::vector<Outcome>& outcomes);

    const FoundZone& found() const { return found_; }

private:
    enum class Step : std::uint8_t {
        ask_servers,       ///< SOA of the name, of the given servers
        levels,            ///< NS of each ancestor, of the resolver
        parent_addresses,  ///< of the parent's servers
        delegation,        ///< NS of the cut, of the parent's servers
        addresses,         ///< of the zone's servers
        over,
    };
    std::vector<Request> level_requests() const;
    std::vector<Request> address_requests(const std::vector<Name>& names) const;
    void take_soa(const std::vector<Outcome>& outcomes);
    void take_levels(const std::vector<Outcome>& outcomes);
    void take_parent_addresses(const std::vector<Outcome>& outcomes);
    void take_delegation(const std::vector<Outcome>& outcomes);
    void take_referral(const Reply& reply);
    void take_addresses(const std::vector<Outcome>& outcomes);
    void try_next_resolver();
    void look_at_cut(std::size_t labels);
    void settle_zone();
    void add_server(const FoundServer& server);
    void give_up(std::string why);
    std::vector<Name> server_names() const;
    std::vector<Endpoint> glue_of(const Name& name) const;
    Name ancestor(std::size_t labels) const { return Name(name_.view().ancestor(labels)); }

    Name name_;
    std::vector<Endpoint> given_;
    std::vector<Endpoint> resolvers_;
    Step step_;
    std::size_t resolver_ = 0;
    /// NS sets of the ancestors as the resolver sees them, by labels.
    std::vector<std::vector<Name>> levels_;
    std::size_t zone_labels_ = 0;
    std::size_t cut_labels_ = 0;  ///< where the delegation is looked for
    std::vector<Name> parent_names_;
    std::vector<Endpoint> parents_;
    std::vector<Name> by_parent_;
    std::vector<Record> glue_;
    FoundZone found_;
};

}  // namespace homeport::dns::check
