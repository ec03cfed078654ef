#pragma once
/// Tells secondaries of changes (NOTIFY, RFC 1996) and knows how far behind each of them is.

#include "app/names/facts.hpp"
#include "app/names/names_world.hpp"
#include "dns/server/access.hpp"
#include "dns/transfer/secondary_watch.hpp"
#include "dns/tsig/signer.hpp"
#include "dns/zone/zone.hpp"
#include "net/datagram_port.hpp"
#include "net/timer.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace homeport::app {

struct SecondaryTarget {
    Endpoint address;
    const dns::TsigKey* key = nullptr;  ///< null: requests are not signed
    std::vector<dns::Name> zones;       ///< empty: all
};

class Secondaries {
public:
    /// Gives a zone as secondaries may have it; null: it is not served any more.
    using ZoneOf = std::function<std::shared_ptr<const dns::Zone>(dns::NameView apex)>;

    /// The keys in `targets` must outlive it, and so must what `world` refers to.
    Secondaries(const NamesWorld& world, std::vector<SecondaryTarget> targets, ZoneOf zone_of);

    /// Error: those of Network::open_datagrams.
    Result<> start();
    /// The zone has a new serial.
    void publish(const dns::Zone& zone);
    std::vector<SecondaryFacts> facts(dns::NameView apex) const;

private:
    /// One zone at one secondary.
    struct Line {
        const SecondaryTarget* target;
        dns::Name apex;
        dns::SecondaryWatch watch{};
        std::uint32_t published = 0;
        crypto::Digest notify_mac{};
        crypto::Digest question_mac{};
    };

    void poll();
    void act(Line& line, const dns::WatchAction& action);
    void on_datagram(const Endpoint& from, Bytes datagram);
    bool take(Line& line, std::uint16_t id, Bytes datagram);
    bool is_signed_by(const Line& line, Bytes datagram, const crypto::Digest& mac) const;
    std::uint16_t new_id();

    NamesWorld world_;
    std::vector<SecondaryTarget> targets_;
    ZoneOf zone_of_;
    std::list<Line> lines_;
    std::unique_ptr<net::DatagramPort> port4_;
    std::unique_ptr<net::DatagramPort> port6_;
    net::Timer timer_;
};

}  // namespace homeport::app
