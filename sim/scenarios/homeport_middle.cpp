#include "sim/scenarios/homeport_middle.hpp"

#include "front/front.hpp"
#include "sim/world/plain_security.hpp"
#include "sim/world/seeded_entropy.hpp"
#include "sim/world/trace_log.hpp"
#include "store/memory/memory_store.hpp"
#include "tunnel/agent/agent.hpp"
#include "tunnel/relay/relay.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace homeport::sim {
namespace {

constexpr std::uint16_t kLinkPort = 7843;
constexpr std::string_view kAgentName = "attic";

PublicKey key_of(std::byte first) {
    PublicKey key;
    key.bytes.fill(first);
    return key;
}
const PublicKey kRelayKey = key_of(std::byte{1});
const PublicKey kAgentKey = key_of(std::byte{2});

store::SecretHash no_hash(Bytes) {
    return {};
}

/// The relay's process.
class RelayProgram final : front::Homes, tunnel::Publisher {
public:
    RelayProgram(Cast& cast, store::RelayStore& store, const config::Resume& resume, Random random)
        : log_(cast.wire.simulation(), "relay"),
          security_(cast.relay.loop(), kRelayKey),
          entropy_(random),
          relay_(tunnel::Relay::World{cast.relay.loop(), cast.relay.network(), security_, entropy_,
                                      log_, pool_, store, publisher(), no_hash},
                 {.name = "relay",
                  .listen = {Endpoint{cast.published.address, kLinkPort}},
                  .resume = resume}),
          front_({cast.relay.loop(), cast.relay.network(), entropy_, log_, pool_, homes()},
                 {.front = {.address = cast.published.address}}) {
        const auto fronted = front_.start([](std::unique_ptr<net::Stream>) {});
        const auto started = relay_.start();
        if (!fronted) cast.judge.violation("front: " + fronted.error().what);
        if (!started) cast.judge.violation("relay: " + started.error().what);
    }

    bool up() const { return relay_.up(std::string(kAgentName)) && !front_.status().empty(); }
    std::size_t visitors() const { return front_.visitors(); }
    std::size_t blocks() const { return pool_.in_use(); }
    std::size_t streams() const { return relay_.status().front().streams; }

private:
    front::Homes& homes() { return *this; }
    tunnel::Publisher& publisher() { return *this; }

    std::unique_ptr<net::BufferedStream> open(const std::string& agent, std::uint32_t service,
                                              std::uint16_t port,
                                              const front::Visitor& visitor) override {
        return relay_.open(agent, service, port, visitor.source, visitor.local);
    }
    bool up(const std::string& agent) const override { return relay_.up(agent); }

    std::vector<Result<>> publish(const std::string& agent,
                                  const std::vector<tunnel::Offer>& offers) override {
        std::vector<front::Service> services;
        for (const tunnel::Offer& offer : offers) {
            services.push_back({.agent = agent,
                                .id = offer.id,
                                .name = offer.name,
                                .kind = offer.kind,
                                .hosts = offer.hosts,
                                .ports = offer.ports});
        }
        return front_.publish(agent, std::move(services));
    }
    void withdraw(const std::string& agent) override { front_.withdraw(agent); }
    Result<> park(const std::string& agent, const tunnel::ParkWish& wish) override {
        front_.park(agent, wish.service, wish.parked);
        return {};
    }
    void challenge(const std::string&, const tunnel::Challenge&, Done done) override {
        done(fail(Errc::not_found, "no names in this world"));
    }
    void probe(const std::string&, const tunnel::ProbeWish&, Done done) override {
        done(fail(Errc::denied, "no home is dialled in this world"));
    }

    TraceLog log_;
    ChunkPool pool_;
    PlainSecurity security_;
    SeededEntropy entropy_;
    tunnel::Relay relay_;
    front::Front front_;
};

/// The agent's process.
class AgentProgram {
public:
    AgentProgram(Cast& cast, const config::Resume& resume, Random random)
        : log_(cast.wire.simulation(), "agent"),
          security_(cast.home.loop(), kAgentKey),
          entropy_(random),
          agent_({cast.home.loop(), cast.home.network(), security_, entropy_, log_, pool_},
                 {.relay_name = "relay",
                  .relay = {kRelayName, kLinkPort},
                  .relay_key = kRelayKey,
                  .services = {service(cast)},
                  .resume = resume}) {
        agent_.start();
    }

    std::size_t blocks() const { return pool_.in_use(); }
    std::size_t streams() const { return agent_.status().streams; }

private:
    static config::Service service(const Cast& cast) {
        const std::uint16_t target = cast.target_address.port;
        return {
            .name = "files",
            .kind = ServiceKind::tcp,
            .ports = PortRange{cast.published.port, cast.published.port},
            .target = {.host = cast.target_address.address.to_string(), .ports = {target, target}}};
    }

    TraceLog log_;
    ChunkPool pool_;
    PlainSecurity security_;
    SeededEntropy entropy_;
    tunnel::Agent agent_;
};

class HomeportMiddle final : public Middle {
public:
    HomeportMiddle(Cast& cast, const config::Resume& resume) : cast_(cast), resume_(resume) {
        store::Invite invite{.agent = std::string(kAgentName), .expires = 1};
        invite.grants.ports = {{cast.published.port, cast.published.port}};
        const bool paired = store_.add_invite(invite) && store_.redeem({}, kAgentKey, 0);
        if (!paired) cast.judge.violation("the store refuses the agent");
    }

    void start() override {
        cast_.relay.set_program([this] {
            auto program = std::make_shared<RelayProgram>(cast_, store_, resume_, fork());
            relay_ = program;
            return program;
        });
        cast_.home.set_program([this] {
            auto program = std::make_shared<AgentProgram>(cast_, resume_, fork());
            agent_ = program;
            return program;
        });
        cast_.relay.start();
        cast_.home.start();
    }

    bool ready() const override {
        const auto relay = relay_.lock();
        return relay && relay->up();
    }

    void check_left_overs() override {
        const auto relay = relay_.lock();
        const auto agent = agent_.lock();
        if (!relay || !agent) return;
        const std::size_t left[] = {relay->visitors(), relay->streams(), relay->blocks(),
                                    agent->streams(), agent->blocks()};
        if (std::ranges::all_of(left, [](std::size_t count) { return count == 0; })) return;
        cast_.judge.violation(fmt::format(
            "left over: relay {} visitors {} streams {} blocks, agent {} streams {} blocks",
            left[0], left[1], left[2], left[3], left[4]));
    }

private:
    Random fork() { return Random(cast_.wire.simulation().random().next()); }

    Cast& cast_;
    config::Resume resume_;
    store::MemoryStore store_;
    std::weak_ptr<RelayProgram> relay_;
    std::weak_ptr<AgentProgram> agent_;
};

}  // namespace

MiddleKind homeport_middle(const config::Resume& resume) {
    return {
        .promises = {.behind_router = true, .finishes = true, .resumes = true},
        .make = [resume](Cast& cast) { return std::make_unique<HomeportMiddle>(cast, resume); }};
}

}  // namespace homeport::sim
