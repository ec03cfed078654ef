#pragma once
/// Asks the servers of a zone and some resolvers what they have, and compares. Pure.

#include "dns/check/report.hpp"
#include "dns/check/zone_search.hpp"

#include <vector>

namespace homeport::dns::check {

class Survey {
public:
    /// Without a zone the servers are asked for the SOA of the name itself.
    Survey(Name name, std::vector<RrType> types, FoundZone found, std::vector<Endpoint> resolvers);

    std::vector<Request> requests() const;
    /// `outcomes`: of each request, in their order.
    Report evaluate(const std::vector<Outcome>& outcomes) const;

private:
    const Name& apex() const { return found_.zone ? *found_.zone : name_; }
    Server judge_alone(const FoundServer& found, const Outcome* outcomes) const;
    Resolver judge_resolver(const Endpoint& address, const Outcome* outcomes) const;

    Name name_;
    std::vector<RrType> types_;
    FoundZone found_;
    std::vector<Endpoint> resolvers_;
};

/// What a reply says of `name` and `type`: the data, an alias instead of it, or nothing, which is
/// remembered for the time that the SOA tells (RFC 2308 section 5).
Answer answer_in(const Reply& reply, NameView name, RrType type);

}  // namespace homeport::dns::check
