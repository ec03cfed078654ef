#include "app/names/secondaries.hpp"

#include "dns/transfer/limits.hpp"
#include "dns/transfer/notify.hpp"
#include "dns/wire/message.hpp"

#include <algorithm>
#include <array>

namespace homeport::app {
namespace {

/// Where the last record starts; nothing when the message is malformed or has none.
std::optional<std::size_t> last_record(Bytes message) {
    auto reader = dns::MessageReader::open(message);
    if (!reader) return std::nullopt;
    std::optional<std::size_t> at;
    dns::Record record;
    while (true) {
        const auto more = reader->next(record);
        if (!more) return std::nullopt;
        if (!*more) return at;
        at = record.offset;
    }
}

bool wants(const SecondaryTarget& target, dns::NameView apex) {
    return target.zones.empty() || std::ranges::any_of(target.zones, [apex](const auto& zone) {
               return zone.view() == apex;
           });
}

}  // namespace

Secondaries::Secondaries(const NamesWorld& world, std::vector<SecondaryTarget> targets,
                         ZoneOf zone_of)
    : world_(world),
      targets_(std::move(targets)),
      zone_of_(std::move(zone_of)),
      timer_(world_.loop.timers(), net::call<&Secondaries::poll>(this)) {}

Result<> Secondaries::start() {
    for (const SecondaryTarget& target : targets_) {
        const bool v4 = target.address.address.is_v4();
        auto& port = v4 ? port4_ : port6_;
        if (port) continue;
        const auto any = IpAddress::parse(v4 ? "0.0.0.0" : "::");
        auto opened = world_.network.open_datagrams(
            {*any, 0},
            [this](const Endpoint& from, Bytes datagram) { on_datagram(from, datagram); });
        if (!opened) return std::unexpected(opened.error());
        port = std::move(*opened);
    }
    return {};
}

void Secondaries::publish(const dns::Zone& zone) {
    for (const SecondaryTarget& target : targets_) {
        if (!wants(target, zone.apex())) continue;
        auto line = std::ranges::find_if(lines_, [&](const Line& known) {
            return known.target == &target && known.apex.view() == zone.apex();
        });
        if (line == lines_.end())
            line = lines_.insert(lines_.end(), Line{&target, dns::Name(zone.apex())});
        line->published = zone.serial();
        line->watch.publish(zone.serial(), world_.loop.now());
    }
    poll();
}

std::uint16_t Secondaries::new_id() {
    return static_cast<std::uint16_t>(world_.entropy.u64());
}

void Secondaries::poll() {
    TimePoint next = kNever;
    for (Line& line : lines_) {
        while (true) {
            const dns::WatchAction action = line.watch.poll(world_.loop.now(), new_id());
            if (action.kind == dns::WatchAction::Kind::none) break;
            act(line, action);
        }
        next = std::min(next, line.watch.deadline());
    }
    next == kNever ? timer_.cancel() : timer_.arm(next);
}

void Secondaries::act(Line& line, const dns::WatchAction& action) {
    const auto zone = zone_of_(line.apex);
    if (!zone) return;
    std::array<std::byte, dns::kMaxUdpBytes + dns::kMaxReservedBytes> room{};
    const bool notify = action.kind == dns::WatchAction::Kind::notify;
    const Bytes plain = notify ? dns::write_notify(action.id, *zone, room)
                               : dns::write_soa_question(action.id, line.apex, room);
    std::size_t size = plain.size();
    if (line.target->key != nullptr) {
        const auto sealed = dns::sign_request(room, size, *line.target->key, world_.loop.wall());
        (notify ? line.notify_mac : line.question_mac) = sealed.mac;
        size = sealed.size;
    }
    const auto& port = line.target->address.address.is_v4() ? port4_ : port6_;
    // What cannot be sent now is tried again like what was lost on the way.
    static_cast<void>(port->send(line.target->address, Bytes(room).first(size)));
}

void Secondaries::on_datagram(const Endpoint& from, Bytes datagram) {
    if (datagram.size() < dns::kHeaderBytes) return;
    const std::uint16_t id = dns::load_u16(dns::octets(datagram));
    for (Line& line : lines_) {
        if (line.target->address == from && take(line, id, datagram)) return poll();
    }
}

/// False: no reply to what this line sent last.
bool Secondaries::take(Line& line, std::uint16_t id, Bytes datagram) {
    const TimePoint now = world_.loop.now();
    if (dns::read_notify_reply(datagram, id, line.apex))
        return is_signed_by(line, datagram, line.notify_mac) && line.watch.on_notify_reply(id, now);
    const auto serial = dns::read_soa_reply(datagram, id, line.apex);
    if (!serial || !is_signed_by(line, datagram, line.question_mac)) return false;
    return line.watch.on_soa_reply(id, *serial, now);
}

bool Secondaries::is_signed_by(const Line& line, Bytes datagram, const crypto::Digest& mac) const {
    if (line.target->key == nullptr) return true;
    const auto tsig_at = last_record(datagram);
    if (!tsig_at) return false;
    const auto check =
        dns::check_response(datagram, *tsig_at, *line.target->key, mac.bytes(), world_.loop.wall());
    return check.verdict == dns::TsigVerdict::ok;
}

std::vector<SecondaryFacts> Secondaries::facts(dns::NameView apex) const {
    std::vector<SecondaryFacts> list;
    for (const Line& line : lines_) {
        if (line.apex.view() != apex) continue;
        const TimePoint since = line.watch.behind_since();
        const Duration behind = since == kNever ? Duration{} : world_.loop.now() - since;
        list.push_back(
            {line.target->address.to_string(), line.watch.serial(), since != kNever, behind});
    }
    return list;
}

}  // namespace homeport::app
