#include "dns/update/update.hpp"

#include "dns/update/limits.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>
#include <expected>
#include <map>
#include <set>

namespace homeport::dns {
namespace {

struct Fault {
    Rcode rcode;
    std::string why;
};
using Checked = std::expected<void, Fault>;

std::unexpected<Fault> fault(Rcode rcode, std::string why) {
    return std::unexpected(Fault{rcode, std::move(why)});
}
std::unexpected<Fault> fault(Rcode rcode, const Record& record, std::string_view why) {
    return fault(rcode,
                 record.owner.to_text() + " " + to_text(record.type) + ": " + std::string(why));
}

/// The sections are read before anything is done (RFC 2136 section 3).
struct Update {
    std::vector<Record> prerequisites;
    std::vector<Record> changes;
};

/// RFC 2136 section 3.1.1: one zone, of type SOA; one that is ours.
Checked read_zone_section(MessageReader& reader, const Zone* zone) {
    if (reader.header().is_response() || reader.header().opcode() != Opcode::update)
        return fault(Rcode::form_err, "not an update");
    if (reader.header().questions != 1) return fault(Rcode::form_err, "not exactly one zone");
    Question question;
    if (const auto read = reader.next(question); !read)
        return fault(Rcode::form_err, read.error().what);
    if (question.type != RrType::soa) return fault(Rcode::form_err, "zone is not of type SOA");
    const bool ours =
        zone != nullptr && question.rr_class == RrClass::in && question.name.view() == zone->apex();
    if (!ours) return fault(Rcode::not_auth, question.name.to_text() + ": not a zone of ours");
    return {};
}

/// The additional section, with TSIG, is of no interest (RFC 2136 section 3.5).
std::expected<Update, Fault> read_update(Bytes packet, const Zone* zone) {
    auto reader = MessageReader::open(packet);
    if (!reader) return fault(Rcode::form_err, reader.error().what);
    if (auto good = read_zone_section(*reader, zone); !good) return std::unexpected(good.error());
    const std::size_t records =
        std::size_t{reader->header().records[0]} + reader->header().records[1];
    if (records > kMaxUpdateRecords) return fault(Rcode::refused, "too many records");
    Update update;
    while (true) {
        Record record;
        const auto read = reader->next(record);
        if (!read) return fault(Rcode::form_err, read.error().what);
        if (!*read) return update;
        if (record.section == Section::answer) update.prerequisites.push_back(std::move(record));
        if (record.section == Section::authority) update.changes.push_back(std::move(record));
    }
}

/// RFC 2136 section 3.2, on the zone as it is.
class Prerequisites {
public:
    explicit Prerequisites(const std::shared_ptr<const Zone>& zone) : zone_(*zone), sets_(zone) {}

    Checked check(const std::vector<Record>& records) {
        for (const Record& record : records)
            if (auto good = check(record); !good) return good;
        for (const auto& [key, wanted] : wanted_)
            if (auto good = check_values(*wanted.first, wanted.values); !good) return good;
        return {};
    }

private:
    struct Less {
        bool operator()(const Record* left, const Record* right) const {
            const auto order = compare_canonical(left->owner, right->owner);
            return order < 0 || (order == 0 && left->type < right->type);
        }
    };
    struct Wanted {
        const Record* first;
        std::set<std::vector<std::byte>> values;  ///< in canonical form
    };

    Checked check(const Record& record) {
        if (record.ttl != 0) return fault(Rcode::form_err, record, "prerequisite with a TTL");
        if (!record.owner.view().is_at_or_below(zone_.apex()))
            return fault(Rcode::not_zone, record, "prerequisite outside of the zone");
        const bool of_name = record.type == RrType::any;
        switch (record.rr_class) {
        case RrClass::any:
        case RrClass::none:
            if (!record.rdata.empty())
                return fault(Rcode::form_err, record, "prerequisite with data");
            return of_name ? check_name(record) : check_set(record);
        case RrClass::in:
            if (is_meta(record.type)) return fault(Rcode::form_err, record, "no type of records");
            want(record);
            return {};
        default:
            return fault(Rcode::form_err, record, "prerequisite of another class");
        }
    }

    /// Sections 2.4.4 and 2.4.5. A name that is there for those below it is not in use.
    Checked check_name(const Record& record) {
        const bool wanted = record.rr_class == RrClass::any;
        const std::vector<RrType> types = sets_.types(record.owner);
        const bool in_use =
            std::ranges::any_of(types, [](RrType type) { return type != RrType::nsec; });
        if (in_use == wanted) return {};
        return wanted ? fault(Rcode::nx_domain, record, "name is not in use")
                      : fault(Rcode::yx_domain, record, "name is in use");
    }

    /// Sections 2.4.1 and 2.4.3.
    Checked check_set(const Record& record) {
        const bool wanted = record.rr_class == RrClass::any;
        if (sets_.has_set(record.owner, record.type) == wanted) return {};
        return wanted ? fault(Rcode::nx_rrset, record, "there is no such set")
                      : fault(Rcode::yx_rrset, record, "there is such a set");
    }

    void want(const Record& record) {
        const auto at = wanted_.try_emplace(&record, Wanted{&record, {}}).first;
        at->second.values.insert(canonical_rdata(record.type, record.rdata));
    }

    /// Section 2.4.2: the same records, no more and no less.
    Checked check_values(const Record& record, const std::set<std::vector<std::byte>>& values) {
        const bool same_count = sets_.count(record.owner, record.type) == values.size();
        const bool same = same_count && std::ranges::all_of(values, [&](const auto& rdata) {
                              return sets_.has_record(record.owner, record.type, rdata);
                          });
        if (same) return {};
        return fault(Rcode::nx_rrset, record, "the set is another one");
    }

    const Zone& zone_;
    ScratchZone sets_;
    std::map<const Record*, Wanted, Less> wanted_;
};

/// RFC 2136 section 3.4.1.3, and what the requester may do (section 3.3).
class Permission {
public:
    Permission(const Zone& zone, const UpdatePolicy& policy, const ProtectedName& is_protected)
        : zone_(zone), policy_(policy), is_protected_(is_protected) {}

    Checked check(const std::vector<Record>& records) const {
        for (const Record& record : records) {
            if (auto good = check_form(record); !good) return good;
            if (auto good = check_right(record); !good) return good;
        }
        return {};
    }

private:
    Checked check_form(const Record& record) const {
        if (!record.owner.view().is_at_or_below(zone_.apex()))
            return fault(Rcode::not_zone, record, "outside of the zone");
        const bool removes = record.rr_class == RrClass::any || record.rr_class == RrClass::none;
        if (!removes && record.rr_class != RrClass::in)
            return fault(Rcode::form_err, record, "of another class");
        const bool all_types = record.type == RrType::any && record.rr_class == RrClass::any;
        if (is_meta(record.type) && !all_types)
            return fault(Rcode::form_err, record, "no type of records");
        if (removes && record.ttl != 0) return fault(Rcode::form_err, record, "removed with a TTL");
        if (record.rr_class == RrClass::any && !record.rdata.empty())
            return fault(Rcode::form_err, record, "set removed with data");
        return {};
    }

    Checked check_right(const Record& record) const {
        const bool all_types = record.type == RrType::any;
        if (all_types ? !may_remove_all(record.owner) : !may_change(record.owner, record.type))
            return fault(Rcode::refused, record, "the key may not change it");
        if (is_protected_ && is_protected_(record.owner))
            return fault(Rcode::refused, record, "the name belongs to a home or another part");
        if (record.rr_class == RrClass::in && record.ttl > kMaxUpdateTtl)
            return fault(Rcode::refused, record, "TTL above a week");
        return {};
    }

    bool may_change(NameView owner, RrType type) const {
        return policy_.allows(owner, type, zone_.apex());
    }
    bool may_remove_all(NameView owner) const;

    const Zone& zone_;
    const UpdatePolicy& policy_;
    const ProtectedName& is_protected_;
};

/// "All sets" leaves what the signer made to the signer, and the apex with SOA and NS
/// (RFC 2136 section 3.4.2.3).
bool stays(NameView owner, RrType type, NameView apex) {
    const bool of_apex = type == RrType::soa || type == RrType::ns;
    return is_made_by_signer(type) || (of_apex && owner == apex);
}

bool Permission::may_remove_all(NameView owner) const {
    if (!policy_.covers(owner)) return false;
    const ZoneNode* const node = zone_.nodes().find(owner);
    for (std::size_t i = 0; node != nullptr && i < node->sets(); ++i) {
        const RrType type = node->set(i).type;
        if (!stays(owner, type, zone_.apex()) && !may_change(owner, type)) return false;
    }
    return true;
}

/// RFC 2136 section 3.4.2, one record after the other.
class Changer {
public:
    Changer(NameView apex, ScratchZone& zone) : apex_(apex), zone_(zone) {}

    void apply(const Record& record) {
        switch (record.rr_class) {
        case RrClass::in:
            return add(record);
        case RrClass::any:
            return record.type == RrType::any ? remove_name(record.owner) : remove_set(record);
        default:
            return remove_record(record);
        }
    }

private:
    bool at_apex(const Record& record) const { return record.owner.view() == apex_; }

    /// Section 3.4.2.2: what does not go together with CNAME, and an SOA that is not newer, is
    /// passed over without a word.
    void add(const Record& record) {
        const bool soa = record.type == RrType::soa;
        const bool single = soa || record.type == RrType::cname;
        if (soa && !is_newer_soa(record)) return;
        if (meets_cname(record)) return;
        if (single) zone_.remove_set(record.owner, record.type);
        zone_.add(record.owner, record.type, record.ttl, record.rdata);
    }

    bool is_newer_soa(const Record& record) {
        return at_apex(record) && serial_after(SoaView(record.rdata).serial(), zone_.soa_serial());
    }

    /// NSEC and its like stand beside CNAME (RFC 4034 section 4).
    bool meets_cname(const Record& record) const {
        if (record.type != RrType::cname) return zone_.has_set(record.owner, RrType::cname);
        const std::vector<RrType> types = zone_.types(record.owner);
        return std::ranges::any_of(
            types, [](RrType type) { return type != RrType::cname && !is_made_by_signer(type); });
    }

    void remove_name(NameView owner) {
        for (const RrType type : zone_.types(owner))
            if (!stays(owner, type, apex_)) zone_.remove_set(owner, type);
    }

    void remove_set(const Record& record) {
        if (!stays(record.owner, record.type, apex_)) zone_.remove_set(record.owner, record.type);
    }

    /// Section 3.4.2.4: never the SOA, nor the last NS of the apex.
    void remove_record(const Record& record) {
        if (record.type == RrType::soa) return;
        const bool last_ns = at_apex(record) && record.type == RrType::ns &&
                             zone_.count(record.owner, record.type) == 1;
        if (!last_ns) zone_.remove_record(record.owner, record.type, record.rdata);
    }

    NameView apex_;
    ScratchZone& zone_;
};

std::expected<std::vector<SetChange>, Fault> try_changes(const std::shared_ptr<const Zone>& zone,
                                                         const std::vector<Record>& records) {
    ScratchZone scratch(zone);
    Changer changer(zone->apex(), scratch);
    for (const Record& record : records) {
        changer.apply(record);
        if (scratch.touched_records() > kMaxTouchedRecords)
            return fault(Rcode::refused, record, "sets with too many records");
    }
    auto changes = scratch.changes();
    if (!changes) return fault(Rcode::refused, changes.error().what);
    return std::move(*changes);
}

UpdateResult failed(Fault& fault) {
    return {.rcode = fault.rcode, .why = std::move(fault.why), .changes = {}};
}

}  // namespace

UpdateResult apply_update(Bytes packet, const std::shared_ptr<const Zone>& zone,
                          const UpdatePolicy& policy, const ProtectedName& is_protected) {
    auto update = read_update(packet, zone.get());
    if (!update) return failed(update.error());
    auto good = Prerequisites(zone).check(update->prerequisites);
    if (good) good = Permission(*zone, policy, is_protected).check(update->changes);
    if (!good) return failed(good.error());
    auto changes = try_changes(zone, update->changes);
    if (!changes) return failed(changes.error());
    return {.rcode = Rcode::no_error, .why = {}, .changes = std::move(*changes)};
}

}  // namespace homeport::dns
