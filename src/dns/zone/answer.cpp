#include "dns/zone/answer.hpp"

#include "core/assert.hpp"
#include "dns/wire/rdata.hpp"
#include "dns/zone/fixed_list.hpp"
#include "dns/zone/limits.hpp"

#include <algorithm>
#include <optional>

namespace homeport::dns {
namespace {

/// One question being answered. Every step that finds no room sets TC and is the last one.
class Responder {
public:
    Responder(const Query& query, const ZoneSet& zones, MessageWriter& out)
        : query_(query), zones_(zones), out_(out), name_(query.name) {}

    void run() {
        const TrieKey key(name_);
        zone_ = choose_zone(key);
        if (zone_ == nullptr) return out_.set_rcode(Rcode::refused);
        std::optional<NameView> target = resolve(key);
        while (target && follow(*target)) {
            const TrieKey target_key(name_);
            zone_ = choose_zone(target_key);
            if (zone_ == nullptr) break;
            target = resolve(target_key);
        }
        prove_expansions();
    }

private:
    /// A name that was answered from a wildcard.
    struct Expansion {
        const Zone* zone;
        NameView name;
    };

    /// DS of a name at a cut is the parent's (RFC 4035 section 3.1.4.1), if we have the parent.
    const Zone* choose_zone(const TrieKey& key) const {
        const Zone* const zone = zones_.find(name_, key);
        const bool at_cut = zone != nullptr && query_.type == RrType::ds && !name_.is_root() &&
                            name_ == zone->apex();
        if (!at_cut) return zone;
        const Zone* const parent = zones_.find(name_.parent());
        return parent != nullptr ? parent : zone;
    }

    /// Answers for name_ in zone_. A name: the answer goes on there.
    std::optional<NameView> resolve(const TrieKey& key) {
        const auto [node, exact] = zone_->nodes().closest(name_, key);
        if (node->below_cut()) return refer(*zone_->cut_above(node->name()));
        if (node->at_cut() && !(exact && query_.type == RrType::ds)) return refer(*node);
        out_.set_authoritative();
        if (exact) return answer_from(*node);
        if (!node->has_wildcard()) return deny_name(*node);
        FixedName wildcard;
        wildcard.assign_wildcard(node->name());
        expansions_.push_back({zone_, name_});
        return answer_from(*zone_->nodes().find(wildcard.view()));
    }

    std::optional<NameView> answer_from(const ZoneNode& node) {
        const RrsetView set = choose_set(node);
        if (!set) return deny_type(node);
        const bool chase =
            set.type == RrType::cname && query_.type != RrType::cname && query_.type != RrType::any;
        if (!put(Section::answer, name_, set) || !chase) return std::nullopt;
        return NameView::read(set.records.front());
    }

    /// ANY gets one set (RFC 8482 section 4.1), and so does RRSIG.
    RrsetView choose_set(const ZoneNode& node) const {
        if (query_.type == RrType::any) return node.empty() ? RrsetView() : node.set(0);
        if (query_.type == RrType::rrsig) return signatures_at(node);
        if (const RrsetView set = node.find(query_.type)) return set;
        return node.find(RrType::cname);
    }

    static RrsetView signatures_at(const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrsetView set = node.set(i);
            if (!set.signatures.empty())
                return {.type = RrType::rrsig, .ttl = set.ttl, .records = set.signatures};
        }
        return {};
    }

    /// False: the chain ends here, being too long or a loop.
    bool follow(NameView target) {
        if (chain_.full()) return false;
        chain_.push_back(name_);
        name_ = target;
        return !chain_.contains(target);
    }

    std::nullopt_t deny_type(const ZoneNode& node) {
        put_soa();
        if (!proves()) return std::nullopt;
        put_nsec(node.find(RrType::nsec) ? &node : zone_->nsec_for(node.name()));
        return std::nullopt;
    }

    std::nullopt_t deny_name(const ZoneNode& encloser) {
        out_.set_rcode(Rcode::nx_domain);
        put_soa();
        if (!proves()) return std::nullopt;
        put_nsec(zone_->nsec_for(name_));
        FixedName wildcard;
        wildcard.assign_wildcard(encloser.name());
        put_nsec(zone_->nsec_for(wildcard.view()));
        return std::nullopt;
    }

    /// That there is nothing closer to the name than the wildcard (RFC 4035 section 3.1.3.3).
    void prove_expansions() {
        for (const auto& [zone, name] : expansions_) {
            zone_ = zone;
            if (proves()) put_nsec(zone->nsec_for(name));
        }
    }

    std::nullopt_t refer(const ZoneNode& cut) {
        const RrsetView servers = cut.find(RrType::ns);
        if (!put(Section::authority, cut.name(), servers)) return std::nullopt;
        if (proves()) {
            const RrsetView ds = cut.find(RrType::ds);
            if (ds) {
                put(Section::authority, cut.name(), ds);
            } else {
                put_nsec(zone_->nsec_for(cut.name()));
            }
        }
        put_glue(cut, servers.records, true);
        put_glue(cut, servers.records, false);
        return std::nullopt;
    }

    /// Addresses of name servers inside the delegation, without which it is useless, or beside it.
    void put_glue(const ZoneNode& cut, PackedRdata servers, bool required) {
        std::size_t count = 0;
        for (const Bytes rdata : servers) {
            if (++count > kMaxGlueServers || out_.truncated()) return;
            const NameView server = *NameView::read(rdata);
            if (server.is_at_or_below(cut.name()) == required) put_addresses(server, required);
        }
    }

    void put_addresses(NameView server, bool required) {
        if (!server.is_at_or_below(zone_->apex())) return;
        const ZoneNode* const node = zone_->nodes().find(server);
        if (node == nullptr || (!node->at_cut() && !node->below_cut())) return;
        for (const RrType type : {RrType::a, RrType::aaaa}) {
            const RrsetView set = node->find(type);
            const bool fits = !set || out_.add(Section::additional, server, set, false);
            if (!fits && required) out_.set_truncated();
        }
    }

    bool proves() const { return query_.edns.dnssec_ok && zone_->is_signed(); }

    void put_soa() {
        const ZoneNode& apex = zone_->apex_node();
        put(Section::authority, apex.name(), zone_->soa(), zone_->negative_ttl());
    }

    /// Each at most once.
    void put_nsec(const ZoneNode* node) {
        if (node == nullptr || proofs_.contains(node)) return;
        proofs_.push_back(node);
        put(Section::authority, node->name(), node->find(RrType::nsec));
    }

    bool put(Section section, NameView owner, const RrsetView& set) {
        return put(section, owner, set, set.ttl);
    }
    bool put(Section section, NameView owner, const RrsetView& set, std::uint32_t ttl) {
        if (out_.truncated()) return false;
        if (out_.add(section, owner, set, ttl, query_.edns.dnssec_ok)) return true;
        out_.set_truncated();
        return false;
    }

    const Query& query_;
    const ZoneSet& zones_;
    MessageWriter& out_;
    const Zone* zone_ = nullptr;
    NameView name_;  ///< the question's, later the last CNAME's target

    FixedList<NameView, kMaxCnameChain> chain_;  ///< the names before name_
    FixedList<Expansion, kMaxCnameChain + 1> expansions_;
    /// One for each expansion, and two for the end.
    FixedList<const ZoneNode*, kMaxCnameChain + 3> proofs_;
};

std::size_t size_limit(const Query& query, const AnswerLimits& limits) {
    std::size_t size = limits.max_bytes;
    if (limits.datagram) {
        const std::size_t asked = query.edns.present ? query.edns.payload_bytes : 0;
        size = std::min(size, std::max(asked, kMinUdpBytes));
    }
    return size - limits.reserved_bytes;
}

void begin(const Query& query, const AnswerLimits& limits, MessageWriter& out) {
    out.begin(query, size_limit(query, limits));
    if (!query.edns.present) return;
    out.reserve_opt({.dnssec_ok = query.edns.dnssec_ok, .options = limits.options});
}

/// What is wrong with the question itself, whatever the zones hold.
Rcode check_question(const Query& query) {
    if (query.edns.version > 0) return Rcode::bad_vers;
    if (query.question.empty()) return Rcode::no_error;
    if (query.rr_class != RrClass::in) return Rcode::refused;
    if (query.type == RrType::maila || query.type == RrType::mailb) return Rcode::not_imp;
    if (is_meta(query.type) && query.type != RrType::any) return Rcode::form_err;
    return Rcode::no_error;
}

bool is_transfer(const Query& query) {
    return (query.type == RrType::axfr || query.type == RrType::ixfr) &&
           query.rr_class == RrClass::in && query.edns.version == 0;
}

}  // namespace

Outcome answer(const Query& query, const ZoneSet& zones, const AnswerLimits& limits,
               MessageWriter& out) {
    const bool understood = query.edns.version == 0;  // else BADVERS (RFC 6891 section 6.1.3)
    if (understood && query.opcode != Opcode::query) return Outcome::other_opcode;
    if (is_transfer(query)) return Outcome::transfer;
    begin(query, limits, out);
    const Rcode rcode = check_question(query);
    out.set_rcode(rcode);
    const bool asks = !query.question.empty();
    if (rcode == Rcode::no_error && asks) Responder(query, zones, out).run();
    return Outcome::answered;
}

void answer_error(const Query& query, Rcode rcode, const AnswerLimits& limits, MessageWriter& out) {
    begin(query, limits, out);
    out.set_rcode(rcode);
}

}  // namespace homeport::dns
