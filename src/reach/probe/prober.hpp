#pragma once
/// The relay's half of the proof from outside: dials one address and port as a stranger would, and
/// tells what it met. It decides nothing about who may ask for what: see app/probe_desk.hpp.

#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/probe.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace homeport::reach {

struct ProbeOrder {
    Endpoint to;       ///< nothing else is dialled, whatever the far end says (FTP's PASV included)
    bool udp = false;  ///< with ProbeCheck::proof, and with those that have only_port()
    ProbeCheck check = ProbeCheck::proof;
    ProbeToken token{};
    std::string host;   ///< http, tls; empty: the address
    std::string login;  ///< ftp: "user:password"; empty: anonymous
};

struct ProbeOutcome {
    ProbeResult result = ProbeResult::untested;
    std::string detail;  ///< for people: "220 (vsFTPd 3.0.3)", "PASV names 192.168.1.10"
    friend bool operator==(const ProbeOutcome&, const ProbeOutcome&) = default;
};

class Prober {
public:
    /// Called once, from the loop, not within probe(); may start others, not destroy the Prober.
    using Done = std::move_only_function<void(ProbeOutcome)>;

    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Entropy& entropy;
        Log& log;
    };
    explicit Prober(const World& world);
    ~Prober();

    /// At most kMaxProbes at once, more end as untested; each takes at most kProbeOrderTime.
    void probe(ProbeOrder order, Done done);
    std::size_t running() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
