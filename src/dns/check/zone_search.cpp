#include "dns/check/zone_search.hpp"

#include "dns/check/limits.hpp"
#include "dns/wire/octets.hpp"

#include <algorithm>
#include <array>

namespace homeport::dns::check {
namespace {

constexpr std::uint16_t kDnsPort = 53;

bool answered(const Outcome& outcome) {
    const bool reply = outcome.kind == Outcome::Kind::reply;
    return reply &&
           (outcome.reply.rcode == Rcode::no_error || outcome.reply.rcode == Rcode::nx_domain);
}

void add_name(std::vector<Name>& names, Name name) {
    if (names.size() < kMaxServerNames && std::ranges::find(names, name) == names.end())
        names.push_back(std::move(name));
}

/// Adds the NS set of `owner` in a section.
void add_ns(std::vector<Name>& names, const Reply& reply, Section section, NameView owner) {
    for (const Record& record : reply.records) {
        const bool ns = record.section == section && record.type == RrType::ns;
        if (ns && record.owner.view() == owner)
            add_name(names, Name(*NameView::read(record.rdata)));
    }
}

std::optional<IpAddress> address_in(const Record& record) {
    const auto copy = [&](auto octets_of) {
        std::copy_n(octets(record.rdata), octets_of.size(), octets_of.begin());
        return octets_of;
    };
    if (record.type == RrType::a) return IpAddress::v4(copy(std::array<std::uint8_t, 4>{}));
    if (record.type == RrType::aaaa) return IpAddress::v6(copy(std::array<std::uint8_t, 16>{}));
    return std::nullopt;
}

/// Addresses in the answer, at whatever name an alias led to.
std::vector<Endpoint> addresses_in(const Outcome& outcome) {
    std::vector<Endpoint> found;
    for (const Record& record : outcome.reply.records) {
        const auto address = address_in(record);
        if (address && record.section == Section::answer) found.push_back({*address, kDnsPort});
    }
    return found;
}

/// The apex of the zone that an authoritative server told for `name` (RFC 2308 section 3).
std::optional<Name> apex_in(const Outcome& outcome, NameView name) {
    if (!answered(outcome) || !outcome.reply.authoritative) return std::nullopt;
    for (const Record& record : outcome.reply.records) {
        const bool soa = record.type == RrType::soa && record.section != Section::additional;
        if (soa && name.is_at_or_below(record.owner)) return record.owner;
    }
    return std::nullopt;
}

}  // namespace

ZoneSearch::ZoneSearch(Name name, std::vector<Endpoint> servers, std::vector<Endpoint> resolvers)
    : name_(std::move(name)),
      given_(std::move(servers)),
      resolvers_(std::move(resolvers)),
      step_(given_.empty() ? Step::levels : Step::ask_servers) {
    if (given_.empty() && resolvers_.empty()) give_up("no resolver to ask");
}

std::vector<Request> ZoneSearch::requests() const {
    std::vector<Request> asked;
    switch (step_) {
    case Step::ask_servers:
        for (const Endpoint& server : given_) {
            asked.push_back({server, {name_, RrType::soa}});
            // At an alias there is no SOA, but above it.
            if (!name_.view().is_root())
                asked.push_back({server, {Name(name_.view().parent()), RrType::soa}});
        }
        return asked;
    case Step::levels:
        return level_requests();
    case Step::parent_addresses:
        return address_requests(parent_names_);
    case Step::delegation:
        for (const Endpoint& parent : parents_)
            asked.push_back({parent, {ancestor(cut_labels_), RrType::ns}});
        return asked;
    case Step::addresses:
        return address_requests(server_names());
    case Step::over:
        break;
    }
    return asked;
}

void ZoneSearch::take(const std::vector<Outcome>& outcomes) {
    switch (step_) {
    case Step::ask_servers:
        return take_soa(outcomes);
    case Step::levels:
        return take_levels(outcomes);
    case Step::parent_addresses:
        return take_parent_addresses(outcomes);
    case Step::delegation:
        return take_delegation(outcomes);
    case Step::addresses:
        return take_addresses(outcomes);
    case Step::over:
        break;
    }
}

std::vector<Request> ZoneSearch::level_requests() const {
    std::vector<Request> asked;
    const std::size_t levels = std::min(name_.view().labels() + 1, kMaxLevels);
    for (std::size_t labels = 0; labels < levels; ++labels)
        asked.push_back({resolvers_[resolver_], {ancestor(labels), RrType::ns, true}});
    return asked;
}

std::vector<Request> ZoneSearch::address_requests(const std::vector<Name>& names) const {
    std::vector<Request> asked;
    for (const Name& name : names)
        for (const RrType type : {RrType::a, RrType::aaaa})
            asked.push_back({resolvers_[resolver_], {name, type, true}});
    return asked;
}

void ZoneSearch::take_soa(const std::vector<Outcome>& outcomes) {
    for (const Outcome& outcome : outcomes) {
        const auto apex = apex_in(outcome, name_);
        const bool deeper =
            apex && (!found_.zone || apex->view().size() > found_.zone->view().size());
        if (deeper) found_.zone = apex;
    }
    for (const Endpoint& server : given_) add_server({.name = {}, .address = server});
    step_ = Step::over;
}

void ZoneSearch::take_levels(const std::vector<Outcome>& outcomes) {
    levels_.assign(outcomes.size(), {});
    std::optional<std::size_t> deepest;
    std::optional<std::size_t> broken;  // the highest below the deepest
    for (std::size_t labels = 0; labels < outcomes.size(); ++labels) {
        std::vector<Name>& level = levels_[labels];
        if (!answered(outcomes[labels])) {
            if (!broken) broken = labels;
            continue;
        }
        add_ns(level, outcomes[labels].reply, Section::answer, ancestor(labels));
        if (level.empty()) continue;
        deepest = labels;
        broken.reset();
    }
    if (!deepest) return try_next_resolver();
    zone_labels_ = *deepest;
    if (zone_labels_ == 0 && !broken && !name_.view().is_root())
        return give_up("no zone for " + name_.to_text() + " is known, not even its last part");
    look_at_cut(broken.value_or(zone_labels_));
}

void ZoneSearch::try_next_resolver() {
    if (++resolver_ < resolvers_.size()) return;
    give_up("no resolver tells who serves " + name_.to_text());
}

/// Goes to ask the servers above for the delegation at the ancestor with so many labels.
void ZoneSearch::look_at_cut(std::size_t labels) {
    cut_labels_ = labels;
    parent_names_.clear();
    for (std::size_t above = labels; above-- > 0 && parent_names_.empty();)
        parent_names_ = levels_[above];
    if (parent_names_.empty()) return settle_zone();
    parent_names_.resize(std::min(parent_names_.size(), kMaxParentServers));
    step_ = Step::parent_addresses;
}

void ZoneSearch::take_parent_addresses(const std::vector<Outcome>& outcomes) {
    parents_.clear();
    for (const Outcome& outcome : outcomes) {
        const auto found = addresses_in(outcome);
        if (!found.empty()) parents_.push_back(found.front());
    }
    step_ = Step::delegation;
    if (parents_.empty()) take_delegation({});
}

void ZoneSearch::take_delegation(const std::vector<Outcome>& outcomes) {
    for (const Outcome& outcome : outcomes)
        if (answered(outcome)) take_referral(outcome.reply);
    // The resolver failed there for another reason: the zone above is the one.
    const bool no_cut = by_parent_.empty() && levels_[cut_labels_].empty();
    if (no_cut) return look_at_cut(zone_labels_);
    zone_labels_ = cut_labels_;
    settle_zone();
}

/// RFC 1034 section 4.3.2 step 3b. A server that has both zones answers for the lower one.
void ZoneSearch::take_referral(const Reply& reply) {
    const Name cut = ancestor(cut_labels_);
    if (reply.authoritative) {
        if (levels_[cut_labels_].empty()) add_ns(levels_[cut_labels_], reply, Section::answer, cut);
        return;
    }
    const std::size_t before = by_parent_.size();
    add_ns(by_parent_, reply, Section::authority, cut);
    if (by_parent_.size() > before) std::ranges::copy(reply.records, std::back_inserter(glue_));
}

void ZoneSearch::settle_zone() {
    found_.zone = ancestor(zone_labels_);
    found_.delegation_seen = !by_parent_.empty();
    step_ = Step::addresses;
}

std::vector<Name> ZoneSearch::server_names() const {
    std::vector<Name> names = by_parent_;
    for (const Name& name : levels_[zone_labels_]) add_name(names, name);
    std::ranges::sort(names, CanonicalLess{});  // servers tell them in any order
    return names;
}

/// What the resolver knows, and what the parent says beside the delegation: it may be outdated.
std::vector<Endpoint> ZoneSearch::glue_of(const Name& name) const {
    std::vector<Endpoint> found;
    for (const Record& record : glue_) {
        const auto address = address_in(record);
        if (address && record.section == Section::additional && record.owner == name)
            found.push_back({*address, kDnsPort});
    }
    return found;
}

void ZoneSearch::take_addresses(const std::vector<Outcome>& outcomes) {
    const std::vector<Name> names = server_names();
    const std::vector<Name>& by_child = levels_[zone_labels_];
    for (std::size_t i = 0; i < names.size(); ++i) {
        FoundServer server{.name = names[i],
                           .address = {},
                           .by_parent = std::ranges::find(by_parent_, names[i]) != by_parent_.end(),
                           .by_child = std::ranges::find(by_child, names[i]) != by_child.end()};
        std::vector<Endpoint> addresses = addresses_in(outcomes[2 * i]);
        std::ranges::copy(addresses_in(outcomes[2 * i + 1]), std::back_inserter(addresses));
        std::ranges::copy(glue_of(names[i]), std::back_inserter(addresses));
        if (addresses.empty()) add_server(server);
        for (const Endpoint& address : addresses) {
            server.address = address;
            add_server(server);
        }
    }
    step_ = Step::over;
}

void ZoneSearch::add_server(const FoundServer& server) {
    const bool known = std::ranges::any_of(found_.servers, [&](const FoundServer& other) {
        return other.name == server.name && other.address == server.address;
    });
    if (known) return;
    if (found_.servers.size() < kMaxServers) {
        found_.servers.push_back(server);
    } else {
        ++found_.left_out;
    }
}

void ZoneSearch::give_up(std::string why) {
    found_.problem = std::move(why);
    step_ = Step::over;
}

}  // namespace homeport::dns::check
