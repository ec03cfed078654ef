#pragma once
/// For tests: zones that go on changing, and a secondary that keeps what transfers tell it.

#include "core/text.hpp"
#include "dns/transfer/transfer.hpp"
#include "dns/zone/testing.hpp"

#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace homeport::dns::testing {

using Lines = std::set<std::string>;

/// One record as text; case of owners does not count.
inline std::string record_line(NameView owner, RrType type, std::uint32_t ttl, Bytes rdata) {
    FixedName lower;
    lower.assign_lower(owner);
    return lower.view().to_text() + " " + std::to_string(ttl) + " " + to_text(type) + " " +
           to_hex(rdata);
}

inline Lines lines_of(const Zone& zone) {
    Lines lines;
    zone.nodes().for_each([&lines](const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrsetView set = node.set(i);
            for (const Bytes rdata : set.records)
                lines.insert(record_line(node.name(), set.type, set.ttl, rdata));
            for (const Bytes rdata : set.signatures)
                lines.insert(record_line(node.name(), RrType::rrsig, set.ttl, rdata));
        }
    });
    return lines;
}

/// A zone, its history, and its next serials.
struct Primary {
    explicit Primary(std::shared_ptr<const Zone> first) : zone(std::move(first)), editor(zone) {}

    /// One step of the serial with what `edit` does.
    void step(const std::function<void(ZoneEditor&)>& edit) {
        const std::uint32_t before = zone->serial();
        edit(editor);
        const Bytes old_soa = zone->soa().records.front();
        const Octets rdata = with_serial(old_soa, before + 1);
        if (!editor.replace(zone->apex(), RrType::soa, zone->soa().ttl, list({rdata})))
            throw std::runtime_error("no SOA");
        const ZoneUpdate update = editor.commit().value();
        history.add(before, update);
        zone = update.zone;
    }

    std::shared_ptr<const Zone> zone;
    ZoneEditor editor;
    ZoneHistory history;
};

/// An edit that may be refused, of few names, so that sets grow, shrink and go.
inline void random_edit(Random& random, ZoneEditor& editor) {
    static const std::vector<std::string> kOwners{"a", "b.a", "sub", "x.sub",
                                                  "*", "*.w", "big", "c"};
    const Name owner = name(random.pick(kOwners) + "." + Name(editor.apex()).to_text());
    static const std::vector<RrType> kTypes{RrType::a, RrType::txt, RrType::ns, RrType::mx};
    const RrType type = random.pick(kTypes);
    if (random.one_in(8)) return (void)editor.remove_name(owner);
    if (random.one_in(4)) return (void)editor.remove(owner, type);
    if (random.one_in(3)) return (void)editor.sign(owner, type, list({rrsig(type)}));
    RdataList records;
    for (std::size_t count = 1 + random.below(random.one_in(9) ? 40 : 4); count > 0; --count) {
        const std::string host = "n" + std::to_string(random.below(50)) + ".example.";
        if (type == RrType::a) records.add(address("192.0.2." + std::to_string(random.below(256))));
        if (type == RrType::txt) records.add(text(std::string(random.below(200), 'x')));
        if (type == RrType::ns) records.add(target(host));
        if (type == RrType::mx) records.add(mx(static_cast<unsigned>(random.below(3)), host));
    }
    (void)editor.replace(owner, type, random.one_in(2) ? 60 : 300, records);
}

inline Octets axfr_request(std::string_view apex, const Ask& ask = {}) {
    return request(apex, RrType::axfr, ask);
}
/// With the SOA that the client has.
inline Octets ixfr_request(std::string_view apex, std::uint32_t serial) {
    Octets packet = request(apex, RrType::ixfr);
    packet[9] = std::byte{1};
    const Octets rdata = soa(serial);
    Build tail;
    tail.name(apex).u16(6).u16(1).u32(0).u16(static_cast<unsigned>(rdata.size())).add(rdata);
    packet.insert(packet.end(), tail.bytes.begin(), tail.bytes.end());
    return packet;
}

inline std::expected<TransferRequest, Rcode> read_request(const Octets& packet) {
    Query query;
    if (parse_query(packet, query) != QueryStatus::ok) return std::unexpected(Rcode::form_err);
    return TransferRequest::read(packet, query);
}
/// Of a request that is good.
inline Transfer transfer(const Octets& packet, const Primary& primary, std::size_t reserved = 0) {
    return Transfer(read_request(packet).value(), primary.zone, primary.history, reserved);
}

/// The messages that are left.
inline std::vector<Octets> messages_of(Transfer& transfer) {
    std::vector<Octets> messages;
    Octets buffer(kMaxMessageBytes);
    while (const std::size_t size = transfer.next(buffer))
        messages.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
    return messages;
}
inline std::vector<Record> records_of(const std::vector<Octets>& messages) {
    std::vector<Record> all;
    for (const Octets& message : messages) {
        const std::vector<Record> records = read_reply(message).records;
        all.insert(all.end(), records.begin(), records.end());
    }
    return all;
}

/// What a secondary has, and makes of a transfer; throws when it makes no sense.
struct Secondary {
    void take(const std::vector<Record>& records) {
        require(records.size() > 0 && is_soa(records.front()));
        if (records.size() == 1) return;
        require(line(records.front()) == line(records.back()));
        if (is_soa(records[1])) {
            take_differences(records);
        } else {
            take_whole(records);
        }
    }

    Lines lines;

private:
    static void require(bool good) {
        if (!good) throw std::runtime_error("not a transfer");
    }
    static bool is_soa(const Record& record) { return record.type == RrType::soa; }
    static std::string line(const Record& record) {
        return record_line(record.owner, record.type, record.ttl, record.rdata);
    }

    void take_whole(const std::vector<Record>& records) {
        lines.clear();
        for (std::size_t i = 0; i + 1 < records.size(); ++i)
            require(lines.insert(line(records[i])).second);
    }
    /// Between the SOAs: what goes, what comes, and so on. A record must be there to go.
    void take_differences(const std::vector<Record>& records) {
        bool comes = true;
        for (std::size_t i = 1; i + 1 < records.size(); ++i) {
            if (is_soa(records[i])) comes = !comes;
            const bool done =
                comes ? lines.insert(line(records[i])).second : lines.erase(line(records[i])) == 1;
            require(done);
        }
        require(comes);
    }
};

}  // namespace homeport::dns::testing
