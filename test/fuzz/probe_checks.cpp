/// Whoever listens at a probed port says what he likes, in pieces as he likes: every check ends or
/// waits, shows nothing that a terminal minds, and dials no port that it must not.

#include "core/assert.hpp"
#include "reach/probe/check.hpp"
#include "reach/probe/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace homeport;
using namespace homeport::reach;

namespace {

void look(Check& check) {
    (void)check.take_output();
    if (const auto port = check.take_data_port()) {
        HOMEPORT_ASSERT(*port >= kMinPassivePort);
        HOMEPORT_ASSERT(!check.outcome());
        check.on_data_connected();
    }
    if (!check.outcome()) return;
    HOMEPORT_ASSERT(check.outcome()->detail.size() <= kMaxProbeDetailBytes);
    HOMEPORT_ASSERT(for_people(check.outcome()->detail) == check.outcome()->detail);
}

/// An octet says how long the next piece is, and whether it comes through the data connection.
void feed(Check& check, Reader input) {
    while (input.remaining() > 0) {
        const std::uint8_t head = input.u8();
        const Bytes piece = input.take(std::min<std::size_t>(head & 0x7f, input.remaining()));
        const auto before = check.outcome();
        (head & 0x80) != 0 ? check.on_data_bytes(piece) : check.on_bytes(piece);
        look(check);
        HOMEPORT_ASSERT(!before || check.outcome() == before);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader input(std::as_bytes(std::span(data, size)));
    const std::uint8_t kind = input.u8();
    const std::uint8_t last = input.u8();
    if (!input.ok()) return 0;
    ProbeOrder order;
    order.to = Endpoint::parse("203.0.113.5:21").value();
    order.check = static_cast<ProbeCheck>(kind % 7);
    auto check = make_check(order, CheckSeed{}).value();
    check->on_connected();
    look(*check);
    feed(*check, input);
    if (last % 4 == 0) check->on_data_end((last & 4) != 0);
    if (last % 4 == 1) check->on_end((last & 4) != 0);
    if (last % 4 == 2) check->on_too_much();
    look(*check);
    check->on_silence();
    HOMEPORT_ASSERT(check->outcome());
    look(*check);
    return 0;
}
