#include "dns/sign/zone_signer.hpp"

#include "core/assert.hpp"
#include "dns/sign/chain.hpp"
#include "dns/sign/limits.hpp"
#include "dns/sign/rrsig.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace homeport::dns {
namespace {

using NameSet = std::set<Name, CanonicalLess>;

std::unexpected<Error> foreign(NameView owner, RrType type) {
    return fail(Errc::invalid, owner.to_text() + " " + to_text(type) +
                                   ": homeport signs the zone itself; take DNSSEC's records out");
}

/// The same for the same name, spread over all names (FNV-1a).
UnixSeconds jitter_of(NameView name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::byte octet : name.wire())
        hash = (hash ^ to_lower(std::to_integer<Octet>(octet))) * 0x100000001b3;
    return static_cast<UnixSeconds>(hash % static_cast<std::uint64_t>(kSignatureJitter));
}

bool only_for_apex(RrType type) {
    return type == RrType::dnskey || type == RrType::cds || type == RrType::cdnskey;
}

bool is_cut_change(const RrsetChange& change) {
    return change.type == RrType::ns &&
           static_cast<bool>(change.before()) != static_cast<bool>(change.after());
}

void add_names_below(const Zone::Nodes& nodes, NameView cut, NameSet& names) {
    const ZoneNode* node = nodes.after(cut);
    for (; node != nullptr && node->name().is_at_or_below(cut); node = nodes.after(node->name()))
        names.emplace(node->name());
}

/// What has another set or another place than it had: a delegation hides what is below it.
NameSet changed_names(const ZoneEditor& editor) {
    NameSet names;
    for (const RrsetChange& change : editor.changes()) {
        names.emplace(change.owner());
        const bool at_apex = change.owner() == editor.apex();
        if (!at_apex && is_cut_change(change))
            add_names_below(editor.nodes(), change.owner(), names);
    }
    return names;
}

template <class Predicate>
std::vector<RrType> types_of(const ZoneNode& node, Predicate wanted) {
    std::vector<RrType> types;
    for (std::size_t i = 0; i < node.sets(); ++i)
        if (wanted(node.set(i))) types.push_back(node.set(i).type);
    return types;
}

bool has_signatures(const RrsetView& set) {
    return !set.signatures.empty();
}

/// One call's work on one editor.
class Signing {
public:
    Signing(ZoneEditor& editor, ZoneKey& key, UnixSeconds now)
        : editor_(editor), apex_(editor.apex()), key_(key), now_(now) {}

    /// Puts the keys; first of all.
    Result<> begin();
    Result<> sign_changes();
    Result<> sign_all();
    /// False: there is no further name.
    Result<bool> visit_next(std::optional<Name>& cursor);
    std::size_t made() const { return made_; }

private:
    Result<> put_key(RrType type, Bytes rdata);
    Result<> check(const ZoneNode& node) const;
    Result<> settle(const Name& owner);
    void add_links(const Name& owner, NameSet& links) const;
    Result<> link(const Name& owner);
    Result<> sign_sets(const Name& owner);
    Result<> sign_set(const Name& owner, RrType type);
    Result<> visit(const Name& owner);
    bool is_due(const RrsetView& set) const;

    ZoneEditor& editor_;
    const Name apex_;
    ZoneKey& key_;
    const UnixSeconds now_;
    std::uint32_t nsec_ttl_ = 0;
    std::size_t made_ = 0;
};

Result<> Signing::begin() {
    const RrsetView soa = editor_.find(apex_)->find(RrType::soa);
    if (!soa) return fail(Errc::invalid, apex_.to_text() + ": the zone needs SOA at its apex");
    nsec_ttl_ = std::min(soa.ttl, SoaView(soa.records.front()).minimum());
    if (auto done = put_key(RrType::dnskey, key_.dnskey()); !done) return done;
    if (auto done = put_key(RrType::cdnskey, key_.dnskey()); !done) return done;
    return put_key(RrType::cds, ds_rdata(apex_, key_.dnskey()));
}

Result<> Signing::put_key(RrType type, Bytes rdata) {
    const RrsetView there = editor_.find(apex_)->find(type);
    const bool ours = there.records.count() == 1 && same_rdata(type, there.records.front(), rdata);
    if (there && !ours) return foreign(apex_, type);
    RdataList records;
    records.add(rdata);
    return editor_.replace(apex_, type, kKeyTtl, records);
}

/// What is made here is signed at once.
Result<> Signing::check(const ZoneNode& node) const {
    const auto theirs = types_of(node, [this, &node](const RrsetView& set) {
        if (set.type == RrType::nsec) return !has_signatures(set);
        if (set.type == RrType::nsec3 || set.type == RrType::nsec3param) return true;
        return only_for_apex(set.type) && node.name() != apex_;
    });
    if (!theirs.empty()) return foreign(node.name(), theirs.front());
    return {};
}

/// Takes away what a name must not have, so that the chain can be read from the nodes.
Result<> Signing::settle(const Name& owner) {
    const ZoneNode* const node = editor_.find(owner);
    if (node == nullptr) return {};
    if (auto good = check(*node); !good) return good;
    const bool linked = is_chained(*node);
    const auto types = types_of(*node, [node, linked](const RrsetView& set) {
        return has_signatures(set) && !(linked && is_signed_type(*node, set.type));
    });
    for (const RrType type : types)
        if (auto done = editor_.sign(owner, type, {}); !done) return done;
    return linked ? Result<>() : editor_.remove(owner, RrType::nsec);
}

/// The names whose NSEC may be another one now.
void Signing::add_links(const Name& owner, NameSet& links) const {
    const ZoneNode* const node = editor_.find(owner);
    const bool linked = node != nullptr && is_chained(*node);
    if (linked) links.insert(owner);
    if (linked && node->find(RrType::nsec)) return;
    links.emplace(chain_before(editor_.nodes(), owner).name());
}

Result<> Signing::link(const Name& owner) {
    const ZoneNode& node = *editor_.find(owner);
    RdataList records;
    records.add(nsec_rdata(node, chain_after(editor_.nodes(), node).name()));
    return editor_.replace(owner, RrType::nsec, nsec_ttl_, records);
}

bool Signing::is_due(const RrsetView& set) const {
    if (set.signatures.count() != 1) return true;
    const RrsigView signature(set.signatures.front());
    const std::uint32_t left = signature.expiration() - static_cast<std::uint32_t>(now_);
    return static_cast<std::int32_t>(left) <= kRefreshBefore;
}

Result<> Signing::sign_sets(const Name& owner) {
    const ZoneNode* const node = editor_.find(owner);
    if (node == nullptr || !is_chained(*node)) return {};
    const auto types = types_of(*node, [this, node](const RrsetView& set) {
        return is_signed_type(*node, set.type) && is_due(set);
    });
    for (const RrType type : types)
        if (auto done = sign_set(owner, type); !done) return done;
    return {};
}

Result<> Signing::sign_set(const Name& owner, RrType type) {
    const RrsetView set = editor_.find(owner)->find(type);
    std::vector<std::byte> rdata =
        rrsig_fields(owner, set,
                     {.signer = apex_,
                      .key_tag = key_.tag(),
                      .inception = now_ - kSignatureSkew,
                      .expiration = now_ + kSignatureValidity - jitter_of(owner)});
    const auto signature = key_.sign(signing_input(rdata, owner, set));
    if (!signature) return std::unexpected(signature.error());
    rdata.insert(rdata.end(), signature->begin(), signature->end());
    RdataList signatures;
    signatures.add(rdata);
    ++made_;
    return editor_.sign(owner, type, signatures);
}

/// In three rounds: each reads of all names what the one before has written.
Result<> Signing::sign_changes() {
    NameSet names = changed_names(editor_);
    for (const Name& owner : names)
        if (auto done = settle(owner); !done) return done;
    NameSet links;
    for (const Name& owner : names) add_links(owner, links);
    for (const Name& owner : links)
        if (auto done = link(owner); !done) return done;
    names.merge(links);
    for (const Name& owner : names)
        if (auto done = sign_sets(owner); !done) return done;
    return {};
}

Result<> Signing::visit(const Name& owner) {
    if (auto done = settle(owner); !done) return done;
    const ZoneNode* const node = editor_.find(owner);
    if (node == nullptr || !is_chained(*node)) return {};
    if (is_due(node->find(RrType::nsec)))
        if (auto done = link(owner); !done) return done;
    return sign_sets(owner);
}

Result<bool> Signing::visit_next(std::optional<Name>& cursor) {
    const auto& nodes = editor_.nodes();
    const ZoneNode* const node = cursor ? nodes.after(*cursor) : nodes.first();
    cursor.reset();
    if (node == nullptr) return false;
    cursor.emplace(node->name());
    if (auto done = visit(*cursor); !done) return std::unexpected(done.error());
    return true;
}

Result<> Signing::sign_all() {
    std::optional<Name> cursor;
    for (;;) {
        const auto more = visit_next(cursor);
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
    }
}

bool has_begun(const ZoneEditor& editor) {
    const ZoneNode& apex = *editor.find(editor.apex());
    return apex.find(RrType::dnskey) || apex.find(RrType::nsec);
}

}  // namespace

Result<> ZoneSigner::sign(ZoneEditor& editor, UnixSeconds now) {
    Signing signing(editor, key_, now);
    const bool begun = has_begun(editor);
    if (auto done = signing.begin(); !done) return done;
    return begun ? signing.sign_changes() : signing.sign_all();
}

Result<std::size_t> ZoneSigner::refresh(ZoneEditor& editor, UnixSeconds now, std::size_t budget,
                                        std::optional<Name>& cursor) {
    HOMEPORT_ASSERT(budget > 0);
    Signing signing(editor, key_, now);
    if (auto done = signing.begin(); !done) return std::unexpected(done.error());
    for (std::size_t seen = 0; signing.made() < budget; ++seen) {
        if (seen / kNamesPerSignature >= budget) break;
        const auto more = signing.visit_next(cursor);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
    }
    return signing.made();
}

}  // namespace homeport::dns
