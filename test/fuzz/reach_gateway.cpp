/// A router that lies, by PCP or by NAT-PMP: packets from the input, as they are and with the nonce
/// of a mapping, between wishes, losses and time that goes by. No crash, no busy loop, at most the
/// allowed pace, and nothing is called mapped at another port than the one wanted.

#include "core/assert.hpp"
#include "reach/portmap/limits.hpp"
#include "reach/portmap/nat_pmp_machine.hpp"
#include "reach/portmap/pcp_machine.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

using namespace homeport;
using namespace homeport::reach;

namespace {

const Endpoint kGateway{IpAddress::v4({192, 168, 1, 1}), kGatewayPort};
const IpAddress kOwn = IpAddress::v4({192, 168, 1, 10});
constexpr unsigned kMostTurns = 400;

class World final : public MachineOutput {
public:
    World(bool pcp, const std::string& memory) {
        const GatewayOptions options{kGateway, kOwn, memory};
        if (pcp)
            machine_ = std::make_unique<PcpMachine>(options, *this);
        else
            machine_ = std::make_unique<NatPmpMachine>(options, *this);
        machine_->start(now_);
    }

    /// The first byte chooses what happens.
    void step(Reader& in) {
        const std::uint8_t choice = in.u8();
        const MappingId id{in.u8() % 16U};
        switch (choice % 10) {
        case 0:
            want(id, in.u8());
            break;
        case 1:
            machine_->drop(id, now_);
            break;
        case 2:
            machine_->check_soon(now_);
            break;
        case 3:
            machine_->remake(id, now_);
            break;
        case 4:
            machine_->on_unreachable(kGateway, now_);
            break;
        case 5:
            pass(Duration(1'000'000LL * in.u16()));
            break;
        case 6:
            pass(Duration(1'000'000'000LL * in.u8()));
            break;
        case 7:
            machine_->on_datagram(kGateway, in.take(std::min<std::size_t>(in.remaining(), 80)),
                                  choice >= 128, now_);
            break;
        default:
            echo(in);
            break;
        }
        HOMEPORT_ASSERT(machine_->memory(now_).size() <= kMaxMemoryBytes);
    }

private:
    void want(MappingId id, std::uint16_t port) {
        if (wanted_.contains(id)) return;  // ids are not used twice
        wanted_[id] = port;
        MappingWish wish;
        wish.id = id;
        wish.internal = {kOwn, port};
        wish.external_port = port;
        wish.nonce.fill(static_cast<std::byte>(id.value));
        machine_->want(wish, now_);
    }
    /// The last request comes back as a response with some octets changed.
    void echo(Reader& in) {
        std::vector<std::byte> packet = last_;
        if (packet.size() < 2) return;
        packet[1] |= std::byte{0x80};
        if (packet.size() == 12) packet.insert(packet.begin() + 4, 4, std::byte{});
        if (packet.size() == 2) packet.resize(12);
        for (unsigned changes = in.u8() % 8; changes > 0; --changes) {
            const std::size_t at = in.u8() % packet.size();
            packet[at] = static_cast<std::byte>(in.u8());
        }
        machine_->on_datagram(kGateway, packet, false, now_);
    }
    void pass(Duration time) {
        const TimePoint end = now_ + time;
        const std::size_t before = sent_;
        for (unsigned turns = 0; machine_->deadline() <= end && turns < kMostTurns; ++turns) {
            now_ = std::max(now_, machine_->deadline());
            machine_->on_time(now_);
            HOMEPORT_ASSERT(machine_->deadline() > now_);
        }
        HOMEPORT_ASSERT(sent_ - before <= static_cast<std::size_t>(time / kGatewaySendGap) + 1);
        now_ = std::max(now_, end);
    }

    void send(const Endpoint& to, Bytes datagram) override {
        HOMEPORT_ASSERT(to == kGateway);
        last_.assign(datagram.begin(), datagram.end());
        ++sent_;
    }
    void call(HttpCall) override { HOMEPORT_ASSERT(false); }
    void report(const MappingReport& report) override {
        if (report.phase != MappingReport::Phase::mapped) return;
        HOMEPORT_ASSERT(report.external.port == wanted_.at(report.id));
        HOMEPORT_ASSERT(report.expires <= now_ + kMostLifetime);
    }
    void report(const RouterReport& report) override { HOMEPORT_ASSERT(report.router == kGateway); }

    std::map<MappingId, std::uint16_t> wanted_;
    std::vector<std::byte> last_;
    std::size_t sent_ = 0;
    TimePoint now_{1h};
    std::unique_ptr<PortMapMachine> machine_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader in(std::as_bytes(std::span(data, size)));
    const std::uint8_t first = in.u8();
    const Bytes memory = in.take(std::min<std::size_t>(in.remaining(), first / 8));
    World world(first % 2 == 1, std::string(as_text(memory)));
    while (in.ok() && in.remaining() > 0) world.step(in);
    return 0;
}
