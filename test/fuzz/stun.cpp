/// Anybody can send a datagram to the port that asked: any bytes must give an answer within the
/// rules or be refused, and must not upset a question or the look at a NAT.

#include "reach/wire/stun.hpp"
#include "core/assert.hpp"
#include "reach/wire/stun_behaviour.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace homeport;
using namespace homeport::reach;

namespace {

const Endpoint kServer{IpAddress::v4({198, 51, 100, 1}), 3478};

void check(const StunAnswer& answer) {
    HOMEPORT_ASSERT(answer.mapped.has_value() == (answer.error == 0));
    HOMEPORT_ASSERT(!answer.mapped || answer.mapped->port != 0);
    HOMEPORT_ASSERT(answer.error == 0 || (answer.error >= 300 && answer.error < 700));
    HOMEPORT_ASSERT(
        std::ranges::all_of(answer.reason, [](char c) { return c >= ' ' && c <= '~'; }));
}

/// The machine meets the bytes as the answer to each of its questions, and ends.
void feed(Bytes packet, const StunId& id) {
    std::array<StunId, NatBehaviour::kQuestions> ids;
    ids.fill(id);
    NatBehaviour machine(kServer, std::nullopt, ids);
    TimePoint now{1h};
    for (int turns = 0; turns < 100; ++turns) {
        const auto action = machine.poll(now);
        if (action == StunQuestion::Action::over) return;
        if (action == StunQuestion::Action::send)
            machine.on_datagram(machine.server(), packet, now);
        if (action == StunQuestion::Action::none) now = machine.deadline();
    }
    HOMEPORT_ASSERT(false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes packet = std::as_bytes(std::span(data, size));
    const auto answer = parse_stun_answer(packet);
    if (answer) check(*answer);
    feed(packet, answer ? answer->id : StunId{});
    return 0;
}
