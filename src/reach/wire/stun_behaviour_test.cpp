#include "reach/wire/stun_behaviour.hpp"

#include "reach/wire/stun_testing.hpp"

#include <gmock/gmock.h>
#include <set>

namespace homeport::reach {
namespace {

using testing::at;
using testing::stun_id;
using testing::StunBuilder;
using Action = StunQuestion::Action;

const Endpoint kServer = at("198.51.100.1:3478");
const Endpoint kOther = at("198.51.100.2:3479");
const Endpoint kHome = at("192.168.1.10:40000");

constexpr std::array kIds = [] {
    std::array<StunId, NatBehaviour::kQuestions> ids{};
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i].fill(static_cast<std::byte>(i + 1));
    return ids;
}();

/// A NAT and a server with two addresses behind it, in one.
struct World {
    NatMapping mapping = NatMapping::endpoint_independent;
    NatFiltering filtering = NatFiltering::address_and_port_dependent;
    bool changes = true;       ///< the server does what CHANGE-REQUEST says
    bool second_alive = true;  ///< the server's second address answers
    Endpoint other = kOther;
    std::set<Endpoint> asked;

    Endpoint outside(const Endpoint& to) const {
        const unsigned by_address = to.address == kServer.address ? 0 : 1;
        const unsigned by_port = to.port == kServer.port ? 0 : 2;
        unsigned port = 40000;
        if (mapping == NatMapping::none) return kHome;
        if (mapping == NatMapping::address_dependent) port += by_address;
        if (mapping == NatMapping::address_and_port_dependent) port += by_address + by_port;
        return {at("203.0.113.5:1").address, static_cast<std::uint16_t>(port)};
    }
    bool passes(const Endpoint& from) const {
        if (filtering == NatFiltering::endpoint_independent) return true;
        for (const Endpoint& one : asked) {
            const bool port = one.port == from.port || filtering == NatFiltering::address_dependent;
            if (one.address == from.address && port) return true;
        }
        return false;
    }
    void serve(NatBehaviour& machine, TimePoint now) {
        const Endpoint to = machine.server();
        asked.insert(to);
        if (!second_alive && to.address != kServer.address) return;
        const Bytes request = machine.message();
        const bool has_change = request.size() > kStunHeaderBytes;
        const unsigned flags = has_change ? std::to_integer<unsigned>(request[27]) : 0;
        Endpoint from = to;
        if (changes && (flags & 4)) from.address = kOther.address;
        if (changes && (flags & 2)) from.port = kOther.port;
        if (!passes(from)) return;
        StunId id{};
        std::ranges::copy(request.subspan(8, 12), id.begin());
        machine.on_datagram(
            from, StunBuilder(id).xor_address(outside(to)).address(0x802c, other).bytes(), now);
    }
};

NatFindings findings(World world, std::optional<Endpoint> local = kHome) {
    NatBehaviour machine(kServer, local, kIds);
    TimePoint now{1h};
    for (int turns = 0; turns < 200; ++turns) {
        const Action action = machine.poll(now);
        if (action == Action::over) return machine.findings();
        if (action == Action::send) world.serve(machine, now);
        if (action == Action::none) now = machine.deadline();
    }
    ADD_FAILURE() << "it does not end";
    return {};
}

TEST(NatBehaviour, TellsAllMappingsAndFilters) {
    for (const auto mapping :
         {NatMapping::none, NatMapping::endpoint_independent, NatMapping::address_dependent,
          NatMapping::address_and_port_dependent}) {
        for (const auto filtering :
             {NatFiltering::endpoint_independent, NatFiltering::address_dependent,
              NatFiltering::address_and_port_dependent}) {
            const auto found = findings({.mapping = mapping, .filtering = filtering, .asked = {}});
            EXPECT_EQ(to_text(found.mapping), to_text(mapping)) << to_text(filtering);
            EXPECT_EQ(to_text(found.filtering), to_text(filtering)) << to_text(mapping);
            EXPECT_EQ(found.gap, "");
        }
    }
}

TEST(NatBehaviour, TellsWhatBothAddressesSaw) {
    const auto found = findings({.mapping = NatMapping::address_dependent, .asked = {}});
    EXPECT_EQ(found.mapped, at("203.0.113.5:40000"));
    EXPECT_EQ(found.mapped_at_other, at("203.0.113.5:40001"));
}

// A port of its own that the NAT happens to keep is no proof without the address of the machine.
TEST(NatBehaviour, WithoutTheLocalAddressSeesMappingsOnly) {
    EXPECT_EQ(findings({.mapping = NatMapping::none, .asked = {}}, std::nullopt).mapping,
              NatMapping::endpoint_independent);
}

// Silence must come from the filter, not from a server that has no second leg.
TEST(NatBehaviour, DoesNotTakeAWeakServerForAFilter) {
    const auto ignores = findings({.changes = false, .asked = {}});
    EXPECT_EQ(ignores.filtering, NatFiltering::unknown);
    EXPECT_EQ(ignores.mapping, NatMapping::endpoint_independent);
    EXPECT_NE(ignores.gap, "");

    const auto half = findings({.second_alive = false, .asked = {}});
    EXPECT_EQ(half.filtering, NatFiltering::unknown);
    EXPECT_EQ(half.mapping, NatMapping::unknown);
    EXPECT_EQ(half.mapped, at("203.0.113.5:40000"));
    EXPECT_EQ(half.gap, "the second address of the STUN server does not answer");
}

// The server must not aim us at other machines.
TEST(NatBehaviour, FollowsNoServerIntoTheHome) {
    for (const auto* other : {"192.168.1.1:1900", "127.0.0.1:53", "198.51.100.1:3479",
                              "198.51.100.2:3478", "[2001:db8::1]:3479", "8.8.8.8:53"}) {
        const auto found = findings({.other = at(other), .asked = {}});
        EXPECT_EQ(found.gap, "the STUN server has no second address") << other;
        EXPECT_TRUE(found.mapped) << other;
    }
}

TEST(NatBehaviour, KnowsNothingOfASilentServer) {
    NatBehaviour machine(kServer, kHome, kIds);
    EXPECT_EQ(machine.poll(TimePoint{1h}), Action::send);
    machine.on_unreachable();
    EXPECT_EQ(machine.poll(TimePoint{1h}), Action::over);
    EXPECT_FALSE(machine.findings().mapped);
    EXPECT_EQ(machine.findings().gap, "the STUN server does not answer");
}

}  // namespace
}  // namespace homeport::reach
