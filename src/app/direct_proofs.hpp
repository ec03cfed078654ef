#pragma once
/// Where and when an outside probe reached the services of one home, each over IPv4 and over IPv6.
/// Pure.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "dns/server/home_answer.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace homeport::app {

class DirectProofs {
public:
    /// A proof counts for so long. Less than a path does: else the older of two families' proofs
    /// would end the path of both.
    static constexpr Duration kTime = dns::kDirectProofTime - 10s;
    /// So many failures in a row end what was proven over their family.
    static constexpr unsigned kFailures = 2;

    void succeed(const std::string& service, const IpAddress& address, TimePoint now);
    // Those that follow tell whether a path changed.
    bool fail(const std::string& service, const IpAddress& address);
    /// The home is at `address` now: what was proven at others of its family counts no longer.
    bool move_to(const IpAddress& address);
    bool expire(TimePoint now);

    void keep_only(const std::set<std::string>& services);
    void clear() { services_.clear(); }
    /// When expire() has something to do; kNever: not at all.
    TimePoint next() const;
    /// Of all families with a proof, as old as the oldest of them.
    std::optional<dns::DirectPath> path(const std::string& service) const;

private:
    struct Proof {
        std::optional<IpAddress> address;  ///< none: nothing is proven
        TimePoint at{};
        unsigned failures = 0;  ///< since then
    };
    using Families = std::array<Proof, 2>;

    static Proof& of(Families& families, const IpAddress& address) {
        return families.at(address.is_v4() ? 0 : 1);
    }
    template <class Condition>
    bool drop(Condition condition);

    std::map<std::string, Families> services_;
};

}  // namespace homeport::app
