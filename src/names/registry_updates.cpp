#include "core/source_key.hpp"
#include "core/special_addresses.hpp"
#include "names/registry.hpp"

#include <algorithm>

namespace homeport::names {
namespace {

/// What one that changes nothing counts in the bucket of its name.
constexpr double kUnchangedAmount = 0.1;

using Verb = FamilyChange::Verb;

/// The change of one request to dyndns2 without an address: never more than one family.
AddressChange with_source(AddressChange change, const IpAddress& source) {
    FamilyChange& family = source.is_v4() ? change.v4 : change.v6;
    family = {.verb = Verb::set, .address = source};
    return change;
}

std::vector<IpAddress> spoken_of(const AddressChange& change, const IpAddress& source,
                                 const NameStatus& status) {
    const bool v4 = change.v4.verb == Verb::set || (change.from_source && source.is_v4());
    const bool v6 = change.v6.verb == Verb::set || change.prefix.has_value() ||
                    (change.from_source && !source.is_v4());
    std::vector<IpAddress> addresses;
    if (v4 && status.v4) addresses.push_back(*status.v4);
    if (v6 && status.v6) addresses.push_back(*status.v6);
    return addresses;
}

/// Of all names: good when one changed, that of the first that failed when one did.
Outcome sum_of(const std::vector<NameResult>& results) {
    Outcome sum = Outcome::unchanged;
    for (const NameResult& result : results) {
        if (!is_success(result.outcome)) return result.outcome;
        if (result.outcome == Outcome::good) sum = Outcome::good;
    }
    return sum;
}

bool is_printable(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

/// Looks up each host and has `change_one` change it.
template <class ChangeOne>
Decision Registry::change_each(const std::vector<std::string>& hosts, const Request& request,
                               const Moment& moment, const ChangeOne& change_one) {
    if (hosts.empty()) return refuse(Outcome::not_a_name);
    if (hosts.size() > kMaxHostsPerUpdate) return refuse(Outcome::too_many_hosts);
    const Access access = let_in(request, moment, Need::token);
    if (access.outcome != Outcome::good) return not_let_in(access);
    Decision decision;
    std::vector<NameResult> results;
    for (const std::string& host : hosts) {
        NameResult& result = results.emplace_back();
        const Found found = find(host, access, moment);
        result.outcome = found.outcome;
        result.status.name = found.node == nullptr ? host : found.name;
        if (found.node == nullptr) continue;
        result.outcome = change_one(decision, *found.node);
        result.status = status_of(*found.node, moment);
    }
    if (!decision.changes.empty()) touch_account(decision, access.account, moment);
    decision.answer.outcome = sum_of(results);
    decision.answer.payload = std::move(results);
    return decision;
}

Outcome Registry::check_room(Decision& decision, std::uint64_t bucket, double amount,
                             const Moment& moment) const {
    if (name_changes_.has_room(bucket, amount, moment.now)) return Outcome::good;
    decision.answer.retry_after = std::max(decision.answer.retry_after,
                                           name_changes_.wait_seconds(bucket, amount, moment.now));
    return Outcome::too_many_requests;
}

void Registry::confirm(Decision& decision, const NameNode& node, const Moment& moment) {
    if (moment.wall - node.second.confirmed < kSeenSeconds) return;
    store::StoredName confirmed = tables_.stored(node);
    confirmed.confirmed = moment.wall;
    change(decision, std::move(confirmed), moment);
}

// --- addresses

Decision Registry::answer(const UpdateNames& question, const Request& request,
                          const Moment& moment) {
    Decision decision =
        change_each(question.hosts, request, moment, [&](Decision& made, const NameNode& node) {
            return update(made, node, question.change, request, moment);
        });
    if (auto* const results = std::get_if<std::vector<NameResult>>(&decision.answer.payload)) {
        for (NameResult& result : *results)
            result.addresses = spoken_of(question.change, request.source, result.status);
    }
    return decision;
}

Outcome Registry::update(Decision& decision, const NameNode& node, const AddressChange& wanted,
                         const Request& request, const Moment& moment) {
    const std::uint64_t bucket = hash_.number("name", as_bytes(tables_.text_of(node)));
    if (const Outcome room = check_room(decision, bucket, kUnchangedAmount, moment);
        room != Outcome::good)
        return room;
    const NameEntry& entry = node.second;
    if (wanted.counter && *wanted.counter <= entry.counter) return Outcome::stale;
    const auto target = target_of(entry, wanted, request, moment);
    if (!target) return target.error();

    const bool same_addresses = target->v4 == entry.v4() && target->v6 == entry.v6();
    if (same_addresses && target->offline == entry.offline && !wanted.counter) {
        name_changes_.add(bucket, kUnchangedAmount, moment.now);
        confirm(decision, node, moment);
        return Outcome::unchanged;
    }
    if (const Outcome room = check_room(decision, bucket, 1, moment); room != Outcome::good)
        return room;
    name_changes_.add(bucket, 1, moment.now);
    return set_target(decision, node, wanted, *target, moment);
}

Outcome Registry::set_target(Decision& decision, const NameNode& node, const AddressChange& wanted,
                             const Target& target, const Moment& moment) {
    const NameEntry& entry = node.second;
    const ZoneName& zone = tables_.zone_of(node).name;
    const auto set = [&](const std::optional<IpAddress>& before,
                         const std::optional<IpAddress>& after, dns::RrType type) {
        if (before == after) return;
        if (after) {
            change(decision, address_set(zone, node.first, options_.ttl, *after), moment);
        } else {
            change(decision, no_set(zone, node.first, type), moment);
        }
    };
    const bool same = target.v4 == entry.v4() && target.v6 == entry.v6();
    set(entry.v4(), target.v4, dns::RrType::a);
    set(entry.v6(), target.v6, dns::RrType::aaaa);
    if (wanted.counter || target.offline != entry.offline) {
        store::StoredName stored = tables_.stored(node);
        stored.counter = wanted.counter.value_or(entry.counter);
        stored.offline = target.offline;
        stored.confirmed = moment.wall;
        change(decision, std::move(stored), moment);
    } else {
        confirm(decision, node, moment);
    }
    return same ? Outcome::unchanged : Outcome::good;
}

std::expected<Registry::Target, Outcome> Registry::target_of(const NameEntry& entry,
                                                             AddressChange wanted,
                                                             const Request& request,
                                                             const Moment& moment) const {
    if (wanted.offline) return Target{.offline = true};
    if (wanted.from_source) wanted = with_source(std::move(wanted), request.source);
    if (wanted.prefix) {
        const auto host =
            wanted.v6.verb == Verb::set ? std::optional(wanted.v6.address) : entry.v6();
        if (!host) return std::unexpected(Outcome::no_host_part);
        const auto& [network, bits] = *wanted.prefix;
        wanted.v6 = {.verb = Verb::set, .address = with_prefix(network, bits, *host)};
    }
    Target target{.v4 = entry.v4(), .v6 = entry.v6(), .offline = entry.offline};
    const auto settle = [&](const FamilyChange& family, std::optional<IpAddress>& address) {
        if (family.verb == Verb::keep) return Outcome::good;
        address.reset();
        if (family.verb == Verb::remove) return Outcome::good;
        address = family.address;
        target.offline = false;
        return check_address(family.address, entry, request, moment);
    };
    if (const Outcome v4 = settle(wanted.v4, target.v4); v4 != Outcome::good)
        return std::unexpected(v4);
    if (const Outcome v6 = settle(wanted.v6, target.v6); v6 != Outcome::good)
        return std::unexpected(v6);
    return target;
}

Outcome Registry::check_address(const IpAddress& address, const NameEntry& entry,
                                const Request& request, const Moment& moment) const {
    if (!options_.allow_private && !is_public(address)) return Outcome::not_public;
    if (tables_.blocks().contains(address)) return Outcome::blocked;
    // Hosts of one household share an IPv6 /64, and their router may speak for them.
    const bool quarantined = moment.wall < entry.created + options_.quarantine;
    if (quarantined && source_key(address) != source_key(request.source))
        return Outcome::quarantined;
    return Outcome::good;
}

// --- TXT values for ACME

Decision Registry::answer(const ChangeTxt& question, const Request& request, const Moment& moment) {
    if (question.verb != ChangeTxt::Verb::clear) {
        const bool fits = !question.value.empty() && question.value.size() <= kMaxTxtBytes;
        if (!fits || !is_printable(question.value)) return refuse(Outcome::bad_value);
    }
    return change_each(question.hosts, request, moment,
                       [&](Decision& decision, const NameNode& node) {
                           return change_txt(decision, node, question, moment);
                       });
}

Outcome Registry::change_txt(Decision& decision, const NameNode& node, const ChangeTxt& question,
                             const Moment& moment) {
    const std::string name = tables_.text_of(node);
    const std::uint64_t bucket = hash_.number("name", as_bytes(name));
    const AcmeValues* const there = tables_.find_acme(name);
    std::vector<std::string> values = there == nullptr ? std::vector<std::string>{} : there->values;
    const std::size_t before = values.size();
    if (question.verb == ChangeTxt::Verb::clear) values.clear();
    if (question.verb == ChangeTxt::Verb::remove) std::erase(values, question.value);
    // A value that goes was counted when it came; refused, it would stay for all to see.
    if (values.size() == before) {
        const double amount = question.verb == ChangeTxt::Verb::add ? 1 : kUnchangedAmount;
        if (const Outcome room = check_room(decision, bucket, amount, moment);
            room != Outcome::good)
            return room;
    }
    if (question.verb == ChangeTxt::Verb::add && !std::ranges::count(values, question.value)) {
        if (before >= kMaxTxtValues) return Outcome::values_full;
        if (there == nullptr && tables_.acme().size() >= kMaxAcmeNames)
            return Outcome::service_full;
        values.push_back(question.value);
    }
    if (values.size() == before) {
        name_changes_.add(bucket, kUnchangedAmount, moment.now);
        return Outcome::unchanged;
    }
    if (values.size() > before) name_changes_.add(bucket, 1, moment.now);
    const ZoneName& zone = tables_.zone_of(node).name;
    if (values.empty()) {
        change(decision, no_set(zone, node.first, dns::RrType::txt), moment);
    } else {
        change(decision, txt_set(zone, node.first, options_.ttl, values), moment);
    }
    confirm(decision, node, moment);
    return Outcome::good;
}

}  // namespace homeport::names
