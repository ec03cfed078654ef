#pragma once
/// For tests: a router that speaks PCP and NAT-PMP without sockets and can be told to misbehave,
/// and a world of virtual time in which a machine talks to it.

#include "core/assert.hpp"
#include "reach/portmap/machine.hpp"
#include "reach/wire/nat_pmp.hpp"
#include "reach/wire/pcp.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::reach::testing {

using Packet = std::vector<std::byte>;

inline IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

class FakeGateway {
public:
    struct Quirks {
        bool silent = false;
        bool closed = false;  ///< nobody listens: the kernel tells (ICMP)
        bool pcp = true;
        bool nat_pmp = true;
        bool pcp_to_nat_pmp = false;                ///< answers NAT-PMP with packets of PCP
        bool deaf_to_announce = false;              ///< PCP, ANNOUNCE
        PcpResult pcp_result = PcpResult::success;  ///< of every request to map
        NatPmpResult nat_pmp_result = NatPmpResult::success;
        std::uint32_t error_lifetime_s = 0;
        bool bare_errors = false;  ///< without the data of the request
        bool refuses_options = false;
        bool ignores_prefer_failure = false;
        std::optional<std::uint16_t> gives_port;  ///< instead of the wanted one
        std::optional<std::uint32_t> lifetime_s;  ///< granted, whatever is asked for
        std::optional<std::uint32_t> epoch_s;     ///< stands still
        std::vector<std::uint32_t> epochs_s;      ///< one after the other, again and again
        std::size_t table_size = 1000;
        bool every_second_renewal_fails = false;
        bool refuses_deletes = false;
        bool next_is_dead = false;        ///< the next mapping is listed but forwards nothing
        bool other_port_answers = false;  ///< answers come from another port
    };
    struct Slot {
        std::uint16_t external_port = 0;
        TimePoint expires{};
        PcpNonce nonce{};
        bool forwards = true;
    };
    /// Protocol and internal port.
    using Key = std::pair<std::uint8_t, std::uint16_t>;

    Quirks quirks;
    Endpoint self{ip("192.168.1.1"), kGatewayPort};
    IpAddress external = ip("203.0.113.5");
    std::map<Key, Slot> table;
    std::set<std::uint16_t> taken;  ///< external ports of other devices

    /// The state is lost, the epoch starts anew.
    void restart(TimePoint now) {
        table.clear();
        booted_ = now;
    }
    void set_boot(TimePoint at) { booted_ = at; }

    std::optional<Packet> answer(Bytes request, TimePoint now) {
        std::erase_if(table, [now](const auto& slot) { return slot.second.expires <= now; });
        Reader in(request);
        const std::uint8_t version = in.u8();
        const std::uint8_t opcode = in.u8();
        HOMEPORT_ASSERT(opcode < 128);  // a request
        if (version == kPcpVersion) return quirks.pcp ? pcp(opcode, in, now) : no_pcp(opcode, now);
        HOMEPORT_ASSERT(version == kNatPmpVersion);
        if (quirks.pcp_to_nat_pmp) return pcp_header(opcode, PcpResult::unsupp_version, 0, now);
        return quirks.nat_pmp ? nat_pmp(opcode, in, now) : std::optional<Packet>();
    }
    Packet pcp_announcement(TimePoint now) { return pcp_header(0, PcpResult::success, 0, now); }
    Packet nat_pmp_announcement(TimePoint now, const IpAddress& address) {
        Packet packet(12);
        Writer out(packet);
        nat_pmp_header(out, 0, NatPmpResult::success, now);
        out.raw(std::as_bytes(std::span(address.octets())).first(4));
        return packet;
    }

private:
    struct Verdict {
        PcpResult result = PcpResult::success;
        std::uint16_t external_port = 0;
        std::uint32_t lifetime_s = 0;
    };

    std::uint32_t epoch(TimePoint now) {
        if (!quirks.epochs_s.empty()) return quirks.epochs_s[turn_++ % quirks.epochs_s.size()];
        if (quirks.epoch_s) return *quirks.epoch_s;
        return static_cast<std::uint32_t>((now - booted_) / 1s);
    }

    /// Grants, renews or removes; the nonce is all zero for NAT-PMP.
    Verdict map(const Key& key, std::uint16_t wanted, std::uint32_t lifetime_s,
                const PcpNonce& nonce, bool exactly, TimePoint now) {
        const auto slot = table.find(key);
        const bool known = slot != table.end();
        if (known && slot->second.nonce != nonce) return {PcpResult::not_authorized};
        if (lifetime_s == 0) {
            if (quirks.refuses_deletes) return {PcpResult::not_authorized};
            table.erase(key);
            return {};
        }
        if (known && quirks.every_second_renewal_fails && ++renewals_ % 2 == 1)
            return {PcpResult::no_resources};
        if (!known && table.size() >= quirks.table_size) return {PcpResult::no_resources};
        std::uint16_t port = known ? slot->second.external_port : wanted;
        if (!known && taken.contains(wanted)) port = static_cast<std::uint16_t>(wanted + 1);
        if (quirks.gives_port) port = *quirks.gives_port;
        if (port != wanted && exactly) return {PcpResult::cannot_provide_external};
        const std::uint32_t granted = quirks.lifetime_s.value_or(lifetime_s);
        const bool forwards =
            known ? slot->second.forwards : !std::exchange(quirks.next_is_dead, false);
        table[key] = {port, now + std::chrono::seconds(granted), nonce, forwards};
        return {PcpResult::success, port, granted};
    }

    Packet pcp_header(std::uint8_t opcode, PcpResult result, std::uint32_t lifetime_s,
                      TimePoint now) {
        Packet packet(24);
        Writer out(packet);
        out.u8(kPcpVersion);
        out.u8(static_cast<std::uint8_t>(opcode | 0x80));
        out.u8(0);
        out.u8(static_cast<std::uint8_t>(result));
        out.u32(lifetime_s);
        out.u32(epoch(now));
        return packet;
    }
    std::optional<Packet> pcp(std::uint8_t opcode, Reader& in, TimePoint now) {
        in.u16();
        const std::uint32_t lifetime_s = in.u32();
        in.take(16);
        if (opcode == 0 && quirks.deaf_to_announce) return {};
        if (opcode == 0) return pcp_header(0, PcpResult::success, 0, now);
        PcpNonce nonce;
        std::ranges::copy(in.take(nonce.size()), nonce.begin());
        const std::uint8_t protocol = in.u8();
        in.take(3);
        const std::uint16_t internal = in.u16();
        const std::uint16_t wanted = in.u16();
        in.take(16);
        const bool option = in.remaining() > 0;
        HOMEPORT_ASSERT(in.ok() && internal != 0 && wanted != 0);
        Verdict verdict{quirks.pcp_result};
        if (option && quirks.refuses_options) verdict.result = PcpResult::unsupp_option;
        if (verdict.result == PcpResult::success)
            verdict = map({protocol, internal}, wanted, lifetime_s, nonce,
                          option && !quirks.ignores_prefer_failure, now);
        const bool failed = verdict.result != PcpResult::success;
        Packet packet = pcp_header(opcode, verdict.result,
                                   failed ? quirks.error_lifetime_s : verdict.lifetime_s, now);
        if (failed && quirks.bare_errors) return packet;
        packet.resize(60);
        Writer out(MutableBytes(packet).subspan(24));
        out.raw(nonce);
        out.u32(std::uint32_t{protocol} << 24);
        out.u16(internal);
        out.u16(failed || lifetime_s == 0 ? wanted : verdict.external_port);
        const auto octets = std::as_bytes(std::span(external.octets()));
        if (external.is_v4()) {
            out.u64(0);
            out.u32(0xffff);
        }
        out.raw(octets.first(external.size()));
        return packet;
    }

    void nat_pmp_header(Writer& out, std::uint8_t opcode, NatPmpResult result, TimePoint now) {
        out.u8(kNatPmpVersion);
        out.u8(static_cast<std::uint8_t>(opcode | 0x80));
        out.u16(static_cast<std::uint16_t>(result));
        out.u32(epoch(now));
    }
    /// A server that knows NAT-PMP only (RFC 6886 section 3.5).
    std::optional<Packet> no_pcp(std::uint8_t opcode, TimePoint now) {
        if (!quirks.nat_pmp) return pcp_header(opcode, PcpResult::unsupp_version, 0, now);
        Packet packet(8);
        Writer out(packet);
        nat_pmp_header(out, opcode, NatPmpResult::unsupported_version, now);
        return packet;
    }
    static NatPmpResult in_nat_pmp(PcpResult result) {
        if (result == PcpResult::success) return NatPmpResult::success;
        return result == PcpResult::no_resources ? NatPmpResult::out_of_resources
                                                 : NatPmpResult::not_authorized;
    }
    std::optional<Packet> nat_pmp(std::uint8_t opcode, Reader& in, TimePoint now) {
        if (opcode == 0) return nat_pmp_announcement(now, external);
        in.u16();
        const std::uint16_t internal = in.u16();
        const std::uint16_t wanted = in.u16();
        const std::uint32_t lifetime_s = in.u32();
        HOMEPORT_ASSERT(in.done() && internal != 0);  // 0 would remove everything
        Verdict verdict;
        NatPmpResult result = quirks.nat_pmp_result;
        if (result == NatPmpResult::success) {
            const std::uint8_t protocol = opcode == 1 ? kIpProtocolUdp : kIpProtocolTcp;
            verdict = map({protocol, internal}, wanted, lifetime_s, {}, false, now);
            result = in_nat_pmp(verdict.result);
        }
        Packet packet(result != NatPmpResult::success && quirks.bare_errors ? 8 : 16);
        Writer out(packet);
        nat_pmp_header(out, opcode, result, now);
        if (packet.size() == 8) return packet;
        out.u16(internal);
        out.u16(verdict.external_port);
        out.u32(verdict.lifetime_s);
        return packet;
    }

    TimePoint booted_{};
    std::size_t turn_ = 0;
    unsigned renewals_ = 0;
};

/// A machine, its router, and the time between them.
class GatewayWorld final : public MachineOutput {
public:
    struct Sent {
        TimePoint at{};
        Endpoint to;
        Packet bytes;
    };

    FakeGateway gateway;
    TimePoint now{100h};
    std::unique_ptr<PortMapMachine> machine;
    std::vector<Sent> sent;
    std::vector<MappingReport> reports;
    std::vector<RouterReport> routers;
    std::size_t lose = 0;  ///< so many of the next requests

    GatewayWorld() { gateway.set_boot(now - 50h); }

    /// A new process: what is under way to the old one is lost.
    void use(std::unique_ptr<PortMapMachine> made) {
        arrivals_.clear();
        machine = std::move(made);
        machine->start(now);
    }

    /// Lets the time pass. A machine that is due again and again without waiting fails the test.
    void run(Duration time) {
        const TimePoint end = now + time;
        unsigned turns_at_once = 0;
        while (true) {
            const TimePoint next = std::min(next_arrival(), machine->deadline());
            if (next > end) break;
            turns_at_once = next > now ? 0 : turns_at_once + 1;
            HOMEPORT_ASSERT(turns_at_once < 1000);  // a busy loop
            now = std::max(now, next);
            if (next_arrival() <= now)
                arrive();
            else
                machine->on_time(now);
        }
        now = end;
    }
    std::size_t packets_in(Duration time) {
        const std::size_t before = sent.size();
        run(time);
        return sent.size() - before;
    }
    const MappingReport& last(std::uint64_t id = 1) const {
        const auto found = std::find_if(reports.rbegin(), reports.rend(),
                                        [id](const auto& report) { return report.id.value == id; });
        HOMEPORT_ASSERT(found != reports.rend());
        return *found;
    }
    bool mapped(std::uint64_t id = 1) const {
        return last(id).phase == MappingReport::Phase::mapped;
    }
    /// The router's entry that leads to this port; null: there is none.
    const FakeGateway::Slot* slot(std::uint16_t internal,
                                  std::uint8_t protocol = kIpProtocolTcp) const {
        const auto found = gateway.table.find({protocol, internal});
        return found == gateway.table.end() ? nullptr : &found->second;
    }
    void announce(const Packet& packet) {
        machine->on_datagram({gateway.self.address, kGatewayPort}, packet, true, now);
    }

private:
    struct Arrival {
        TimePoint at{};
        std::optional<Packet> bytes;  ///< nothing: the kernel says that the port is closed
    };
    static constexpr Duration kWay = 1ms;

    TimePoint next_arrival() const { return arrivals_.empty() ? kNever : arrivals_.front().at; }
    void arrive() {
        const Arrival arrival = arrivals_.front();
        arrivals_.erase(arrivals_.begin());
        Endpoint from = gateway.self;
        if (gateway.quirks.other_port_answers) from.port = 40000;
        if (arrival.bytes)
            machine->on_datagram(from, *arrival.bytes, false, now);
        else
            machine->on_unreachable(gateway.self, now);
    }
    void send(const Endpoint& to, Bytes datagram) override {
        sent.push_back({now, to, Packet(datagram.begin(), datagram.end())});
        if (lose > 0) {
            --lose;
            return;
        }
        if (to != gateway.self || gateway.quirks.silent) return;
        if (gateway.quirks.closed) return arrivals_.push_back({now + kWay, {}});
        if (auto answer = gateway.answer(datagram, now))
            arrivals_.push_back({now + kWay, std::move(*answer)});
    }
    void call(HttpCall) override { HOMEPORT_ASSERT(false); }
    void report(const MappingReport& report) override {
        HOMEPORT_ASSERT(reports.empty() || !(reports.back() == report));  // not told twice
        reports.push_back(report);
    }
    void report(const RouterReport& report) override { routers.push_back(report); }

    std::vector<Arrival> arrivals_;
};

inline MappingWish wish(std::uint64_t id, std::uint16_t internal, std::uint16_t external,
                        const IpAddress& own = ip("192.168.1.10")) {
    MappingWish made;
    made.id = MappingId{id};
    made.internal = {own, internal};
    made.external_port = external;
    made.nonce.fill(static_cast<std::byte>(0xa0 + id));
    made.description = "homeport";
    return made;
}

}  // namespace homeport::reach::testing
