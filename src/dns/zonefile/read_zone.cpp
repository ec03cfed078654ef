#include "dns/zonefile/read_zone.hpp"

#include "dns/wire/rdata.hpp"
#include "dns/zone/zone_editor.hpp"
#include "dns/zonefile/limits.hpp"
#include "dns/zonefile/record_reader.hpp"
#include "dns/zonefile/value_text.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace homeport::dns {
namespace {

/// Of a SOA that is made; seconds.
constexpr std::uint32_t kRefresh = 3600;
constexpr std::uint32_t kRetry = 600;
constexpr std::uint32_t kExpire = 1'209'600;
constexpr std::uint32_t kMinimum = 60;

/// Puts the records of a text into an editor, set by set.
class ZoneBuilder {
public:
    ZoneBuilder(const ZoneText& text, FaultList& faults, FaultList& warnings)
        : text_(text), faults_(faults), warnings_(warnings), editor_(text.apex) {}

    void add_soa_if_missing(RecordList& records) const;
    void add_sets(const RecordList& records);
    std::shared_ptr<const Zone> commit();

private:
    std::size_t add_set(const RecordList& records, std::size_t first);
    void warn_of_ttl(const TextRecord& first, const TextRecord& other, std::uint32_t taken);
    void warn_of_copies(const RecordList& records, std::size_t first, std::size_t end);
    void refuse(const RecordList& records, std::size_t first, const Error& error);

    const ZoneText& text_;
    FaultList& faults_;
    FaultList& warnings_;
    ZoneEditor editor_;
};

std::string made_soa(NameView primary, const ZoneText& text) {
    std::string rdata(as_text(primary.wire()));
    // A name too long for this has no room for a person either.
    const Name person = Name::child("hostmaster", text.apex).value_or(text.apex);
    rdata += as_text(person.view().wire());
    for (const std::uint32_t number : {text.serial, kRefresh, kRetry, kExpire, kMinimum})
        append_u32(rdata, number);
    return rdata;
}

void ZoneBuilder::add_soa_if_missing(RecordList& records) const {
    const NameView apex = text_.apex;
    std::string primary;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const TextRecord record = records[i];
        if (record.type != RrType::soa && record.type != RrType::ns) continue;
        if (record.owner != apex) continue;
        if (record.type == RrType::soa) return;
        if (primary.empty()) primary = as_text(record.rdata);
    }
    const auto name = NameView::read(as_bytes(primary));
    if (!name) return;
    const std::string rdata = made_soa(*name, text_);
    (void)records.add({apex, RrType::soa, text_.default_ttl, 1, as_bytes(rdata)});
}

void ZoneBuilder::add_sets(const RecordList& records) {
    for (std::size_t i = 0; i < records.size() && !faults_.full();) i = add_set(records, i);
}

/// The index behind the set.
std::size_t ZoneBuilder::add_set(const RecordList& records, std::size_t first) {
    const TextRecord head = records[first];
    RdataList list;
    std::uint32_t ttl = head.ttl;
    std::optional<TextRecord> other_ttl;
    std::size_t end = first;
    for (; end < records.size(); ++end) {
        const TextRecord record = records[end];
        if (record.type != head.type || record.owner != head.owner) break;
        list.add(record.rdata);
        ttl = std::min(ttl, record.ttl);
        if (record.ttl != head.ttl && !other_ttl) other_ttl = record;
    }
    if (const auto done = editor_.replace(head.owner, head.type, ttl, list); !done) {
        refuse(records, first, done.error());
        return end;
    }
    if (other_ttl) warn_of_ttl(head, *other_ttl, ttl);
    const std::size_t kept = editor_.find(head.owner)->find(head.type).records.count();
    if (kept != list.count() && !warnings_.full()) warn_of_copies(records, first, end);
    return end;
}

void ZoneBuilder::warn_of_ttl(const TextRecord& first, const TextRecord& other,
                              std::uint32_t taken) {
    warnings_.add(other.line,
                  other.owner.to_text() + " " + to_text(other.type) + ": TTL " +
                      std::to_string(other.ttl) + " differs from " + std::to_string(first.ttl) +
                      " in line " + std::to_string(first.line) + ", " + std::to_string(taken) +
                      " is taken",
                  "give all records of a name and type one TTL");
}

/// Of the first one that there is twice.
void ZoneBuilder::warn_of_copies(const RecordList& records, std::size_t first, std::size_t end) {
    for (std::size_t i = first + 1; i < end; ++i) {
        for (std::size_t j = first; j < i; ++j) {
            const TextRecord record = records[i];
            if (!same_rdata(record.type, record.rdata, records[j].rdata)) continue;
            return warnings_.add(record.line,
                                 record.owner.to_text() + " " + to_text(record.type) +
                                     ": the same record stands in line " +
                                     std::to_string(records[j].line),
                                 "remove one");
        }
    }
}

/// Tells of a record that is malformed by itself at its own line, and of the set at its first.
void ZoneBuilder::refuse(const RecordList& records, std::size_t first, const Error& error) {
    const TextRecord head = records[first];
    std::size_t line = head.line;
    for (std::size_t i = first; i < records.size(); ++i) {
        const TextRecord record = records[i];
        if (record.type != head.type || record.owner != head.owner) break;
        if (check_rdata(record.type, record.rdata)) continue;
        line = record.line;
        break;
    }
    const bool limit = error.code == Errc::limit;
    faults_.add(line, error, limit ? "make it smaller" : "mend or remove the record");
}

std::shared_ptr<const Zone> ZoneBuilder::commit() {
    auto update = editor_.commit();
    if (update) return std::move(update->zone);
    faults_.add(1, text_.apex.to_text() + " has no name server",
                "add a record such as: @ NS ns1." + text_.apex.to_text());
    return nullptr;
}

}  // namespace

std::expected<ReadZone, ZoneFaults> read_zone(const ZoneText& text) {
    FaultList faults(text.source);
    FaultList warnings(text.source);
    if (text.text.size() > kMaxZoneTextBytes) {
        faults.add(1, "the text is longer than 64 MiB", "cut the zone into several");
        return std::unexpected(faults.take());
    }
    RecordList records;
    RecordReader(text.apex, text.default_ttl, faults).read(text.text, records);
    ZoneBuilder builder(text, faults, warnings);
    builder.add_soa_if_missing(records);
    records.group();
    builder.add_sets(records);
    std::shared_ptr<const Zone> zone;
    if (faults.empty()) zone = builder.commit();
    if (!faults.empty()) return std::unexpected(faults.take());
    return ReadZone{std::move(zone), warnings.take()};
}

ZoneFaults check_zones(std::span<const ZoneText> texts) {
    ZoneFaults all;
    for (const ZoneText& text : texts) {
        auto read = read_zone(text);
        if (!read) std::ranges::move(read.error(), std::back_inserter(all));
    }
    return all;
}

}  // namespace homeport::dns
