#pragma once
/// The home's half of the proof from outside: tells the relay's knock from a visitor by the first
/// bytes of a connection, and answers it.

#include "core/probe.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace homeport::reach {

/// Looks at new connections, each for at most `patience`. A knock is answered and the connection
/// closed (kKnockFarewell later at the latest); anything else is handed on with all its bytes still
/// to be read, at once when the first bytes cannot be a knock. At most kMaxKnockers are looked at;
/// for one more the oldest is handed on. Destroying it closes those.
class Knockers {
public:
    using Visitor = std::function<void(std::unique_ptr<net::Stream>)>;

    Knockers(net::Loop& loop, const ProbeToken& token);
    ~Knockers();

    /// `port`: as the outside knows it. An empty `pass_on` closes whoever is no knocker.
    void look(std::unique_ptr<net::Stream> stream, std::uint16_t port, Duration patience,
              Visitor pass_on);
    /// Knocks answered since the start.
    std::size_t answered() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
