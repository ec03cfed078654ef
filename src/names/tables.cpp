#include "names/tables.hpp"

#include "core/assert.hpp"
#include "names/labels.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::names {
namespace {

using dns::RrType;

std::uint32_t short_time(UnixSeconds time) {
    return static_cast<std::uint32_t>(std::clamp<UnixSeconds>(time, 0, UINT32_MAX));
}

std::vector<NameZone> make_zones(const std::vector<std::string>& names) {
    std::vector<NameZone> zones;
    for (const std::string& name : names) {
        auto wire = dns::Name::parse(name);
        HOMEPORT_ASSERT(wire.has_value());
        zones.push_back({.name = {.text = name, .wire = std::move(*wire)}, .names = {}});
    }
    HOMEPORT_ASSERT(zones.size() <= UINT16_MAX);
    return zones;
}

/// Takes `node` out of the list that starts at `first`.
template <class Node>
void unlink(Node*& first, const Node& node) {
    Node** at = &first;
    while (*at != &node) at = &(*at)->second.next;
    *at = node.second.next;
}

template <class Node>
void link(Node*& first, Node& node) {
    node.second.next = first;
    first = &node;
}

}  // namespace

std::optional<IpAddress> NameEntry::v4() const {
    return has_v4 ? std::optional(IpAddress::v4(octets4)) : std::nullopt;
}
std::optional<IpAddress> NameEntry::v6() const {
    return has_v6 ? std::optional(IpAddress::v6(octets6)) : std::nullopt;
}
void NameEntry::set_v4(const std::optional<IpAddress>& address) {
    has_v4 = address.has_value();
    if (address) std::ranges::copy_n(address->octets().begin(), 4, octets4.begin());
}
void NameEntry::set_v6(const std::optional<IpAddress>& address) {
    has_v6 = address.has_value();
    if (address) octets6 = address->octets();
}

std::size_t Tables::HashOfHash::operator()(const TokenHash& hash) const noexcept {
    std::size_t number;
    std::memcpy(&number, hash.data(), sizeof number);
    return number;
}

Tables::Tables(const std::vector<std::string>& zones, const store::NameState& state,
               UnixSeconds now)
    : zones_(make_zones(zones)) {
    load(state, now);
}

void Tables::load(const store::NameState& state, UnixSeconds now) {
    for (const auto& account : state.accounts) put(account, now);
    for (const auto& name : state.names)
        if (is_known(name)) put(name, now);
    for (const auto& token : state.tokens)
        if (find_account(token.account) != nullptr) put(token, now);
    for (const auto& set : state.sets) put(set, now);
    for (const auto& tombstone : state.tombstones) put(tombstone, now);
    for (const auto& block : state.blocks) put(block, now);
    notice_ = state.notice;
}

bool Tables::is_known(const store::StoredName& name) const {
    return find_account(name.account) != nullptr &&
           find_zone(split_name(name.name).parent) != nullptr;
}

// --- looking up

const NameZone* Tables::find_zone(std::string_view zone) const {
    const auto found =
        std::ranges::find(zones_, zone, [](const NameZone& one) { return one.name.text; });
    return found == zones_.end() ? nullptr : &*found;
}

const NameNode* Tables::find_name(std::string_view name) const {
    const SplitName split = split_name(name);
    const NameZone* const zone = find_zone(split.parent);
    if (zone == nullptr) return nullptr;
    const auto found = zone->names.find(split.label);
    return found == zone->names.end() ? nullptr : &*found;
}

NameNode* Tables::find_node(std::string_view name) {
    return const_cast<NameNode*>(find_name(name));
}

std::string Tables::text_of(const NameNode& name) const {
    return name.first + "." + zone_of(name).name.text;
}

const Account* Tables::find_account(std::uint64_t id) const {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second;
}

std::uint64_t Tables::account_id(std::string_view name) const {
    const auto found = account_ids_.find(name);
    return found == account_ids_.end() ? 0 : found->second;
}

const Token* Tables::find_token(const TokenHash& hash) const {
    const auto found = tokens_.find(hash);
    return found == tokens_.end() ? nullptr : &found->second;
}

const AcmeValues* Tables::find_acme(std::string_view name) const {
    const auto found = acme_.find(name);
    return found == acme_.end() ? nullptr : &found->second;
}

const store::StoredTombstone* Tables::find_tombstone(std::string_view name) const {
    const auto found = tombstones_.find(name);
    return found == tombstones_.end() ? nullptr : &found->second;
}

store::StoredName Tables::stored(const NameNode& name) const {
    const NameEntry& entry = name.second;
    return {.name = text_of(name),
            .account = entry.account,
            .created = entry.created,
            .confirmed = entry.confirmed,
            .counter = entry.counter,
            .offline = entry.offline};
}

store::StoredAccount Tables::stored(std::uint64_t id) const {
    const Account& account = accounts_.at(id);
    return {.id = id,
            .name = account.name,
            .password = account.password,
            .locked = account.locked,
            .created = account.created,
            .seen = account.seen};
}

// --- changing

void Tables::apply(const store::NameChange& change, UnixSeconds now) {
    const auto put_if_ours = [this, now](const auto& one) {
        if constexpr (requires { put(one, now); }) put(one, now);
    };
    std::visit(put_if_ours, change);
}

Tables::SetOwner Tables::owner_of(const std::string& zone, Bytes owner, std::uint16_t type) const {
    const NameZone* const found = find_zone(zone);
    if (found == nullptr) return {};
    const auto label = label_of(found->name, owner, type);
    if (!label) return {};
    const auto name = found->names.find(*label);
    if (name == found->names.end()) return {};
    return {.zone = found, .name = &*name};
}

void Tables::put(const store::StoredSet& set, UnixSeconds now) {
    const SetOwner owner = owner_of(set.zone, set.owner, set.type);
    if (owner.name == nullptr) return;
    const std::string name = text_of(*owner.name);
    NameEntry& entry = find_node(name)->second;
    if (set.type == static_cast<std::uint16_t>(RrType::a)) {
        entry.set_v4(read_address(set));
    } else if (set.type == static_cast<std::uint16_t>(RrType::aaaa)) {
        entry.set_v6(read_address(set));
    } else if (set.count == 0) {
        acme_.erase(name);
    } else {
        acme_.insert_or_assign(name, AcmeValues{.values = read_txt(set), .at = now});
    }
}

void Tables::put(const store::ForgetSet& set, UnixSeconds now) {
    put(store::StoredSet{.zone = set.zone,
                         .owner = set.owner,
                         .type = set.type,
                         .ttl = 0,
                         .count = 0,
                         .records = {}},
        now);
}

void Tables::put(const store::StoredAccount& stored, UnixSeconds) {
    Account& account = accounts_[stored.id];
    account_ids_.erase(account.name);
    account.name = stored.name;
    account_ids_.emplace(account.name, stored.id);
    account.password = stored.password;
    account.created = short_time(stored.created);
    account.seen = short_time(stored.seen);
    account.locked = stored.locked;
}

void Tables::put(const store::ForgetAccount& forgotten, UnixSeconds) {
    const auto found = accounts_.find(forgotten.id);
    if (found == accounts_.end()) return;
    HOMEPORT_ASSERT(found->second.names == 0 && found->second.tokens == 0);
    account_ids_.erase(found->second.name);
    accounts_.erase(found);
}

void Tables::put(const store::StoredToken& stored, UnixSeconds now) {
    put(store::ForgetToken{stored.hash}, now);
    TokenNode& node = *tokens_.try_emplace(stored.hash).first;
    node.second = {.account = stored.account,
                   .name = stored.name,
                   .label = stored.label,
                   .created = short_time(stored.created)};
    Account& account = accounts_.at(stored.account);
    link(account.first_token, node);
    ++account.tokens;
}

void Tables::put(const store::ForgetToken& forgotten, UnixSeconds) {
    const auto found = tokens_.find(forgotten.hash);
    if (found == tokens_.end()) return;
    Account& account = accounts_.at(found->second.account);
    unlink(account.first_token, *found);
    --account.tokens;
    tokens_.erase(found);
}

void Tables::put(const store::StoredName& stored, UnixSeconds) {
    const SplitName split = split_name(stored.name);
    const NameZone* const zone = find_zone(split.parent);
    HOMEPORT_ASSERT(zone != nullptr);
    const auto index = static_cast<std::size_t>(zone - zones_.data());
    const auto [at, added] = zones_[index].names.try_emplace(std::string(split.label));
    NameNode& node = *at;
    if (added) {
        Account& account = accounts_.at(stored.account);
        node.second.account = stored.account;
        node.second.zone = static_cast<std::uint16_t>(index);
        link(account.first_name, node);
        ++account.names;
        ++names_;
    }
    HOMEPORT_ASSERT(node.second.account == stored.account);
    node.second.counter = stored.counter;
    node.second.created = short_time(stored.created);
    node.second.confirmed = short_time(stored.confirmed);
    node.second.offline = stored.offline;
}

void Tables::put(const store::ForgetName& forgotten, UnixSeconds) {
    NameNode* const node = find_node(forgotten.name);
    if (node == nullptr) return;
    Account& account = accounts_.at(node->second.account);
    unlink(account.first_name, *node);
    --account.names;
    --names_;
    zones_[node->second.zone].names.erase(node->first);
}

void Tables::put(const store::StoredTombstone& tombstone, UnixSeconds) {
    tombstones_.insert_or_assign(tombstone.name, tombstone);
}

void Tables::put(const store::ForgetTombstone& forgotten, UnixSeconds) {
    tombstones_.erase(forgotten.name);
}

void Tables::put(const store::StoredBlock& block, UnixSeconds) {
    const auto network = Cidr::parse(block.network);
    if (network) blocks_.put(*network, block);
}

void Tables::put(const store::ForgetBlock& forgotten, UnixSeconds) {
    const auto network = Cidr::parse(forgotten.network);
    if (network) blocks_.remove(*network);
}

void Tables::put(const store::StoredNotice& notice, UnixSeconds) {
    notice_ = notice.text;
}

// --- taking back

std::optional<Tables::Undo> Tables::undo_of(const store::NameChange& change) const {
    using std::is_same_v;
    const auto before = [this]<class T>(const T& one) -> std::optional<Undo> {
        if constexpr (is_same_v<T, store::StoredSet> || is_same_v<T, store::ForgetSet>) {
            return set_before(one.zone, one.owner, one.type);
        } else if constexpr (is_same_v<T, store::StoredAccount> ||
                             is_same_v<T, store::ForgetAccount>) {
            return Undo{.change = account_before(one.id), .at = 0};
        } else if constexpr (is_same_v<T, store::StoredToken> || is_same_v<T, store::ForgetToken>) {
            return Undo{.change = token_before(one.hash), .at = 0};
        } else if constexpr (is_same_v<T, store::StoredName> || is_same_v<T, store::ForgetName>) {
            return Undo{.change = name_before(one.name), .at = 0};
        } else if constexpr (is_same_v<T, store::StoredTombstone> ||
                             is_same_v<T, store::ForgetTombstone>) {
            return Undo{.change = tombstone_before(one.name), .at = 0};
        } else if constexpr (is_same_v<T, store::StoredBlock> || is_same_v<T, store::ForgetBlock>) {
            return Undo{.change = block_before(one.network), .at = 0};
        } else if constexpr (is_same_v<T, store::StoredNotice>) {
            return Undo{.change = store::StoredNotice{notice_}, .at = 0};
        } else {
            return std::nullopt;
        }
    };
    return std::visit(before, change);
}

std::optional<Tables::Undo> Tables::set_before(const std::string& zone,
                                               const std::vector<std::byte>& owner,
                                               std::uint16_t type) const {
    const SetOwner found = owner_of(zone, owner, type);
    if (found.name == nullptr) return std::nullopt;
    const NameEntry& entry = found.name->second;
    const std::string& label = found.name->first;
    if (type == static_cast<std::uint16_t>(RrType::txt)) {
        const AcmeValues* const acme = find_acme(text_of(*found.name));
        if (acme != nullptr)
            return Undo{txt_set(found.zone->name, label, 0, acme->values), acme->at};
    } else if (const auto address =
                   type == static_cast<std::uint16_t>(RrType::a) ? entry.v4() : entry.v6()) {
        return Undo{address_set(found.zone->name, label, 0, *address), 0};
    }
    return Undo{store::ForgetSet{.zone = zone, .owner = owner, .type = type}, 0};
}

store::NameChange Tables::account_before(std::uint64_t id) const {
    if (find_account(id) != nullptr) return stored(id);
    return store::ForgetAccount{id};
}

store::NameChange Tables::token_before(const TokenHash& hash) const {
    const Token* const token = find_token(hash);
    if (token == nullptr) return store::ForgetToken{hash};
    return store::StoredToken{.hash = hash,
                              .account = token->account,
                              .name = token->name,
                              .label = token->label,
                              .created = token->created};
}

store::NameChange Tables::name_before(const std::string& name) const {
    const NameNode* const node = find_name(name);
    if (node == nullptr) return store::ForgetName{name};
    return stored(*node);
}

store::NameChange Tables::tombstone_before(const std::string& name) const {
    const store::StoredTombstone* const tombstone = find_tombstone(name);
    if (tombstone == nullptr) return store::ForgetTombstone{name};
    return *tombstone;
}

store::NameChange Tables::block_before(const std::string& network) const {
    const auto parsed = Cidr::parse(network);
    const store::StoredBlock* const block = parsed ? blocks_.find(*parsed) : nullptr;
    if (block == nullptr) return store::ForgetBlock{network};
    return *block;
}

}  // namespace homeport::names
