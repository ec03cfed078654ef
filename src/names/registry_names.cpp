#include "names/registry.hpp"

#include <algorithm>

namespace homeport::names {

Registry::Found Registry::find(std::string_view host, const Access& access,
                               const Moment& moment) const {
    auto name = read_host_name(host);
    if (!name) return {.outcome = Outcome::not_a_name};
    const NameNode* const node = tables_.find_name(*name);
    if (node == nullptr) {
        const auto* const tombstone = tables_.find_tombstone(*name);
        const bool taken_down =
            tombstone != nullptr && tombstone->account == 0 && tombstone->until > moment.wall;
        return {.outcome = taken_down ? Outcome::locked : Outcome::no_such_name};
    }
    const bool in_scope =
        access.token == nullptr || access.token->name.empty() || access.token->name == *name;
    if (node->second.account != access.account || !in_scope) return {.outcome = Outcome::not_yours};
    return {.name = std::move(*name), .node = node};
}

NameStatus Registry::status_of(const NameNode& node, const Moment& moment) const {
    const NameEntry& entry = node.second;
    NameStatus status{.name = tables_.text_of(node),
                      .v4 = entry.v4(),
                      .v6 = entry.v6(),
                      .offline = entry.offline,
                      .counter = entry.counter,
                      .created = entry.created,
                      .confirmed = entry.confirmed,
                      .expires = entry.confirmed + options_.remove_after,
                      .warned = moment.wall >= entry.confirmed + options_.warn_after};
    const UnixSeconds quarantined_until = entry.created + options_.quarantine;
    if (moment.wall < quarantined_until) status.quarantined_until = quarantined_until;
    if (const AcmeValues* const acme = tables_.find_acme(status.name)) status.txt = acme->values;
    return status;
}

Decision Registry::answer(const ListNames&, const Request& request, const Moment& moment) {
    const Access access = let_in(request, moment, Need::account);
    if (access.outcome != Outcome::good) return not_let_in(access);
    std::vector<NameResult> list;
    const NameNode* node = tables_.find_account(access.account)->first_name;
    for (; node != nullptr; node = node->second.next)
        list.push_back({.status = status_of(*node, moment)});
    return done(std::move(list));
}

Decision Registry::show(const std::string& name, const Request& request, const Moment& moment) {
    const Access access = let_in(request, moment, Need::any);
    if (access.outcome != Outcome::good) return not_let_in(access);
    const Found found = find(name, access, moment);
    if (found.outcome != Outcome::good) return refuse(found.outcome);
    return done(std::vector<NameResult>{{.status = status_of(*found.node, moment)}});
}

Decision Registry::answer(const ShowName& question, const Request& request, const Moment& moment) {
    return show(question.name, request, moment);
}

Decision Registry::answer(const AskPropagation& question, const Request& request,
                          const Moment& moment) {
    return show(question.name, request, moment);
}

// --- taking a name

Outcome Registry::check_new_name(std::string_view name, std::uint64_t account,
                                 const Moment& moment) const {
    const auto [label, parent] = split_name(name);
    const NameZone* const zone = tables_.find_zone(parent);
    if (zone == nullptr) return Outcome::no_such_zone;
    if (label.size() < kMinLabelBytes || !fits(label, zone->name)) return Outcome::not_a_name;
    if (reserved_.contains(label) || tables_.find_zone(name) != nullptr) return Outcome::reserved;
    if (tables_.find_name(name) != nullptr) return Outcome::taken;
    const auto* const tombstone = tables_.find_tombstone(name);
    if (tombstone != nullptr && tombstone->until > moment.wall && tombstone->account != account)
        return Outcome::buried;
    if (tables_.find_account(account)->names >= options_.names_per_account)
        return Outcome::account_full;
    if (tables_.names() + tables_.tombstones().size() >= options_.max_names)
        return Outcome::service_full;
    return Outcome::good;
}

Decision Registry::answer(const CreateName& question, const Request& request,
                          const Moment& moment) {
    const Access access = let_in(request, moment, Need::account);
    if (access.outcome != Outcome::good) return not_let_in(access);
    const auto name = read_host_name(question.name);
    if (!name) return refuse(Outcome::not_a_name);
    const Outcome outcome = check_new_name(*name, access.account, moment);
    if (outcome != Outcome::good) return refuse(outcome);
    const std::string& account = tables_.find_account(access.account)->name;
    if (!new_names_.take(hash_.number("new-name", as_bytes(account)), 1, moment.now))
        return refuse(Outcome::account_full, kHour);

    Decision decision;
    if (tables_.find_tombstone(*name) != nullptr)
        change(decision, store::ForgetTombstone{*name}, moment);
    change(decision,
           store::StoredName{.name = *name,
                             .account = access.account,
                             .created = moment.wall,
                             .confirmed = moment.wall},
           moment);
    touch_account(decision, access.account, moment);
    const NameNode& node = *tables_.find_name(*name);
    decision.answer.payload = std::vector<NameResult>{{.status = status_of(node, moment)}};
    return decision;
}

// --- giving one up

Decision Registry::answer(const DeleteName& question, const Request& request,
                          const Moment& moment) {
    const Access access = let_in(request, moment, Need::account);
    if (access.outcome != Outcome::good) return not_let_in(access);
    const Found found = find(question.name, access, moment);
    if (found.outcome != Outcome::good) return refuse(found.outcome);
    Decision decision = done({});
    remove_name(decision, *found.node,
                {.until = moment.wall + options_.deleted_tombstone,
                 .why = "deleted",
                 .account = access.account},
                moment);
    return decision;
}

std::vector<TokenHash> Registry::tokens_of(std::uint64_t account, std::string_view name) const {
    std::vector<TokenHash> tokens;
    const TokenNode* node = tables_.find_account(account)->first_token;
    for (; node != nullptr; node = node->second.next)
        if (name.empty() || node->second.name == name) tokens.push_back(node->first);
    return tokens;
}

void Registry::remove_records(Decision& decision, const NameNode& node, const Moment& moment) {
    const ZoneName& zone = tables_.zone_of(node).name;
    const auto remove = [&](bool there, dns::RrType type) {
        if (there) change(decision, no_set(zone, node.first, type), moment);
    };
    remove(node.second.has_v4, dns::RrType::a);
    remove(node.second.has_v6, dns::RrType::aaaa);
    remove(tables_.find_acme(tables_.text_of(node)) != nullptr, dns::RrType::txt);
}

void Registry::remove_name(Decision& decision, const NameNode& node,
                           store::StoredTombstone tombstone, const Moment& moment) {
    const std::string name = tables_.text_of(node);
    remove_records(decision, node, moment);
    for (const TokenHash& token : tokens_of(node.second.account, name))
        change(decision, store::ForgetToken{token}, moment);
    change(decision, store::ForgetName{name}, moment);
    tombstone.name = name;
    change(decision, std::move(tombstone), moment);
}

}  // namespace homeport::names
