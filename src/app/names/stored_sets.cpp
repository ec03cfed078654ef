#include "app/names/stored_sets.hpp"

#include "dns/wire/rdata.hpp"

namespace homeport::app {
namespace {

/// Whether `count` well-formed records of the type are there, and nothing else.
bool are_records(dns::RrType type, Bytes packed, std::size_t count) {
    for (; count > 0; --count) {
        if (packed.size() < 2) return false;
        const std::size_t length = dns::load_u16(dns::octets(packed));
        if (packed.size() - 2 < length) return false;
        if (!dns::check_rdata(type, packed.subspan(2, length))) return false;
        packed = packed.subspan(2 + length);
    }
    return packed.empty();
}

std::optional<dns::Name> stored_name(Bytes wire) {
    const auto view = dns::NameView::read(wire);
    if (!view || view->size() != wire.size()) return std::nullopt;
    return dns::Name(*view);
}

dns::RrsetView set_of(const dns::Zone& file, dns::NameView owner, dns::RrType type) {
    const dns::ZoneNode* const node = file.nodes().find(owner);
    return node == nullptr ? dns::RrsetView() : node->find(type);
}

}  // namespace

std::string zone_text(dns::NameView apex) {
    dns::FixedName lower;
    lower.assign_lower(apex);
    std::string text = lower.view().to_text();
    if (text.size() > 1) text.pop_back();
    return text;
}

std::optional<dns::SetChange> set_change(const store::StoredSet& stored) {
    auto owner = stored_name(stored.owner);
    const auto type = static_cast<dns::RrType>(stored.type);
    if (!owner || !are_records(type, stored.records, stored.count)) return std::nullopt;
    const dns::PackedRdata records(dns::octets(Bytes(stored.records)), stored.count);
    return dns::SetChange{std::move(*owner), type, stored.ttl, dns::RdataList(records)};
}

std::optional<dns::SetChange> set_change(const store::ForgetSet& forgotten, const dns::Zone& file) {
    auto owner = stored_name(forgotten.owner);
    if (!owner) return std::nullopt;
    const auto type = static_cast<dns::RrType>(forgotten.type);
    const dns::RrsetView of_file = set_of(file, *owner, type);
    return dns::SetChange{std::move(*owner), type, of_file.ttl, dns::RdataList(of_file.records)};
}

store::NameChange stored_set(const dns::SetChange& change, const dns::Zone& file) {
    const Bytes wire = change.owner.view().wire();
    std::vector<std::byte> owner(wire.begin(), wire.end());
    const std::string zone = zone_text(file.apex());
    const auto type = static_cast<std::uint16_t>(change.type);
    const dns::PackedRdata records = change.records.view();
    if (records.empty() && !set_of(file, change.owner, change.type))
        return store::ForgetSet{zone, std::move(owner), type};
    const Bytes packed = records.packed();
    return store::StoredSet{zone,
                            std::move(owner),
                            type,
                            change.ttl,
                            static_cast<std::uint16_t>(records.count()),
                            {packed.begin(), packed.end()}};
}

}  // namespace homeport::app
