#pragma once
/// Runs a check: who serves the name, what each of them and each resolver says.

#include "dns/check/limits.hpp"
#include "dns/check/report.hpp"
#include "net/callback.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <memory>
#include <vector>

namespace homeport::dns::check {

struct Options {
    Name name;
    std::vector<RrType> types;        ///< 1 to kMaxTypes, no meta types
    std::vector<Endpoint> servers;    ///< the authoritative ones; empty: to be found
    std::vector<Endpoint> resolvers;  ///< the first that can also finds the servers
    Duration timeout = kDefaultTimeout;
};

class Checker {
public:
    /// Starts. `loop`, `network` and `entropy` must outlive the checker. `on_done` is called once,
    /// from the loop; it may destroy the checker.
    Checker(net::Loop& loop, net::Network& network, net::Entropy& entropy, Options options,
            net::Callback on_done);
    ~Checker();
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    /// Once done.
    const Report& report() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::dns::check
