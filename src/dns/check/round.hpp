#pragma once
/// Asks a list of servers, some at once, each from a port of its own.

#include "dns/check/exchange.hpp"
#include "net/callback.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <memory>
#include <vector>

namespace homeport::dns::check {

class Round {
public:
    /// `loop`, `network` and `entropy` must outlive the round. `on_done` is called once, from the
    /// loop; it may destroy the round.
    Round(net::Loop& loop, net::Network& network, net::Entropy& entropy, Duration timeout,
          std::vector<Request> requests, net::Callback on_done);
    ~Round();
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    /// Once done: one for each request, in their order.
    std::vector<Outcome> take_outcomes();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::dns::check
