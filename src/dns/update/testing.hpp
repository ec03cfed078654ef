#pragma once
/// For tests: update messages in few words, and zones with what they change.

#include "dns/update/update.hpp"
#include "dns/zone/testing.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::dns::testing {

/// A record of an update's prerequisites or changes.
struct UpdateRecord {
    std::string owner;
    RrType type{};
    RrClass rr_class = RrClass::in;
    std::uint32_t ttl = 0;
    Octets rdata;
};

// Changes (RFC 2136 section 2.5).
inline UpdateRecord add(const Line& line, std::uint32_t ttl = kTtl) {
    return {line.owner, line.type, RrClass::in, ttl, line.rdata};
}
inline UpdateRecord remove_set(std::string owner, RrType type) {
    return {std::move(owner), type, RrClass::any, 0, {}};
}
inline UpdateRecord remove_name(std::string owner) {
    return remove_set(std::move(owner), RrType::any);
}
inline UpdateRecord remove_record(const Line& line) {
    return {line.owner, line.type, RrClass::none, 0, line.rdata};
}

// Prerequisites (section 2.4).
inline UpdateRecord set_exists(std::string owner, RrType type) {
    return {std::move(owner), type, RrClass::any, 0, {}};
}
inline UpdateRecord set_has(const Line& line) {
    return {line.owner, line.type, RrClass::in, 0, line.rdata};
}
inline UpdateRecord no_set(std::string owner, RrType type) {
    return {std::move(owner), type, RrClass::none, 0, {}};
}
inline UpdateRecord in_use(std::string owner) {
    return set_exists(std::move(owner), RrType::any);
}
inline UpdateRecord not_in_use(std::string owner) {
    return no_set(std::move(owner), RrType::any);
}

struct UpdateMessage {
    std::string zone = "example.";
    RrType zone_type = RrType::soa;
    RrClass zone_class = RrClass::in;
    std::vector<UpdateRecord> prerequisites;
    std::vector<UpdateRecord> changes;
};

inline Octets encode(const UpdateMessage& message) {
    Build packet;
    packet.u16(0x1234).u16(5U << kOpcodeShift).u16(1);
    packet.u16(static_cast<unsigned>(message.prerequisites.size()));
    packet.u16(static_cast<unsigned>(message.changes.size())).u16(0);
    packet.name(message.zone).u16(static_cast<unsigned>(message.zone_type));
    packet.u16(static_cast<unsigned>(message.zone_class));
    for (const auto* records : {&message.prerequisites, &message.changes})
        for (const UpdateRecord& record : *records) {
            packet.name(record.owner).u16(static_cast<unsigned>(record.type));
            packet.u16(static_cast<unsigned>(record.rr_class)).u32(record.ttl);
            packet.u16(static_cast<unsigned>(record.rdata.size())).add(record.rdata);
        }
    return packet.bytes;
}

/// Everything that a policy can allow at and below the name.
inline UpdatePolicy policy_for_all(std::string_view apex) {
    return {{{name(apex), UpdateReach::subtree, {}},
             {name(apex), UpdateReach::exact, {RrType::soa, RrType::ns}}}};
}

/// Made in the order in which they stand; throws when the editor refuses one.
inline std::shared_ptr<const Zone> with_changes(const std::shared_ptr<const Zone>& zone,
                                                const std::vector<SetChange>& changes) {
    ZoneEditor editor(zone);
    for (const SetChange& change : changes) {
        const auto done = change.records.count() == 0 ? editor.remove(change.owner, change.type)
                                                      : editor.replace(change.owner, change.type,
                                                                       change.ttl, change.records);
        if (!done) throw std::runtime_error(done.error().what);
    }
    return editor.commit().value().zone;
}

}  // namespace homeport::dns::testing
