/// Random zones, edits and questions against a naive server: records in a std::map, every question
/// answered by walking over them as RFC 1034 section 4.3.2, RFC 4592 and RFC 4035 section 3.1 tell.

#include "dns/zone/limits.hpp"
#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>
#include <set>

namespace homeport::dns {
namespace {

using namespace testing;

using Lines = std::multiset<std::string>;
using NodeSets = std::map<RrType, std::vector<Octets>>;

struct Expected {
    Rcode rcode = Rcode::no_error;
    bool authoritative = false;
    Lines answer;
    Lines authority;
    Lines additional;
};

struct Model {
    Name apex;
    std::map<Name, NodeSets, CanonicalLess> names;  ///< only those with records
    bool is_signed = false;

    bool exists(NameView name) const {
        const auto at = names.lower_bound(name);
        return at != names.end() && at->first.view().is_at_or_below(name);
    }
    NodeSets sets(NameView name) const {
        const auto at = names.find(name);
        return at == names.end() ? NodeSets() : at->second;
    }
    /// The uppermost delegation at or above the name.
    std::optional<Name> cut(NameView name) const {
        std::optional<Name> found;
        for (; name.size() > apex.view().size(); name = name.parent())
            if (sets(name).contains(RrType::ns)) found = Name(name);
        return found;
    }
    bool in_chain(NameView name) const {
        const auto above = cut(name);
        return names.contains(Name(name)) && (!above || above->view() == name);
    }
    std::vector<Name> chain() const {
        std::vector<Name> all;
        for (const auto& [name, sets] : names)
            if (in_chain(name)) all.push_back(name);
        return all;
    }
};

class NaiveServer {
public:
    NaiveServer(const Model& model, RrType type, bool dnssec)
        : model_(model), type_(type), dnssec_(dnssec), proves_(dnssec && model.is_signed) {}

    Expected run(const Name& question) {
        std::optional<Name> name = question;
        std::vector<Name> seen;
        while (name) {
            seen.push_back(*name);
            if (seen.size() > kMaxCnameChain + 1) break;
            name = step(*name);
            if (name && !name->view().is_at_or_below(model_.apex)) break;
            if (name && std::ranges::find(seen, *name) != seen.end()) break;
        }
        if (proves_)
            for (const Name& expanded : expanded_) nsec(expanded);
        return std::move(out_);
    }

private:
    std::optional<Name> step(const Name& name) {
        const auto cut = model_.cut(name);
        if (cut && !(*cut == name && type_ == RrType::ds)) return refer(*cut);
        out_.authoritative = true;
        if (model_.exists(name)) return from(name, model_.sets(name), name);
        NameView encloser = name;
        while (!model_.exists(encloser)) encloser = encloser.parent();
        const auto wildcard = Name::child("*", encloser);
        if (wildcard && model_.exists(*wildcard)) {
            expanded_.push_back(name);
            return from(name, model_.sets(*wildcard), *wildcard);
        }
        out_.rcode = Rcode::nx_domain;
        soa();
        if (proves_) {
            nsec(name);
            nsec(*wildcard);
        }
        return std::nullopt;
    }

    std::optional<Name> from(const Name& owner, NodeSets sets, const Name& source) {
        const bool at_cut = model_.cut(source).has_value();
        if (model_.is_signed && model_.in_chain(source)) sets[RrType::nsec] = {next(source)};
        if (type_ == RrType::rrsig) {
            for (const auto& [type, records] : sets) {
                if (!model_.is_signed) break;
                out_.answer.insert(owner.to_text() + " RRSIG " + to_text(type));
                return std::nullopt;
            }
        } else if (type_ == RrType::any && !sets.empty()) {
            add(out_.answer, owner, sets.begin()->first, sets.begin()->second, !at_cut);
            return std::nullopt;
        } else if (sets.contains(type_)) {
            add(out_.answer, owner, type_, sets[type_], true);
            return std::nullopt;
        } else if (sets.contains(RrType::cname)) {
            add(out_.answer, owner, RrType::cname, sets[RrType::cname], true);
            return Name(*NameView::read(sets[RrType::cname][0]));
        }
        soa();
        if (proves_) nsec(source);
        return std::nullopt;
    }

    std::nullopt_t refer(const Name& cut) {
        const NodeSets sets = model_.sets(cut);
        add(out_.authority, cut, RrType::ns, sets.at(RrType::ns), false);
        if (proves_ && sets.contains(RrType::ds)) {
            add(out_.authority, cut, RrType::ds, sets.at(RrType::ds), true);
        } else if (proves_) {
            nsec(cut);
        }
        for (const Octets& rdata : sets.at(RrType::ns)) {
            const Name server(*NameView::read(rdata));
            if (!server.view().is_at_or_below(model_.apex) || !model_.cut(server)) continue;
            const NodeSets there = model_.sets(server);
            for (const RrType type : {RrType::a, RrType::aaaa})
                if (there.contains(type)) add(out_.additional, server, type, there.at(type), false);
        }
        return std::nullopt;
    }

    Octets next(const Name& owner) const {
        const std::vector<Name> chain = model_.chain();
        const auto at = std::ranges::find(chain, owner);
        const Name& after = at + 1 == chain.end() ? chain.front() : *(at + 1);
        return Build().add(after.view().wire()).raw({0, 1, 0x40}).bytes;
    }

    void nsec(const Name& name) {
        std::optional<Name> covering;
        for (const Name& owner : model_.chain())
            if (compare_canonical(owner, name) <= 0) covering = owner;
        if (proofs_.insert(*covering).second)
            add(out_.authority, *covering, RrType::nsec, {next(*covering)}, true);
    }

    void soa() {
        const NodeSets sets = model_.sets(model_.apex);
        add(out_.authority, model_.apex, RrType::soa, sets.at(RrType::soa), true);
    }

    void add(Lines& lines, const Name& owner, RrType type, const std::vector<Octets>& records,
             bool with_signature) const {
        for (const Octets& rdata : records) lines.insert(line_of(owner, type, rdata));
        if (with_signature && dnssec_ && model_.is_signed)
            lines.insert(owner.to_text() + " RRSIG " + to_text(type));
    }

    const Model& model_;
    RrType type_;
    bool dnssec_;
    bool proves_;
    Expected out_;
    std::vector<Name> expanded_;
    std::set<Name, CanonicalLess> proofs_;
};

/// Few labels, so that names meet, or hostile ones.
Name some_name(Random& random, const Name& apex) {
    if (random.one_in(8)) return hostile_name(random, apex);
    static constexpr std::string_view kLabels[] = {"a", "b", "*", "C", "a-b"};
    Name name = apex;
    for (std::size_t i = random.below(5); i > 0; --i)
        name = *Name::child(kLabels[random.below(5)], name);
    return name;
}

Octets some_rdata(Random& random, RrType type, const Name& apex) {
    const Name target = random.one_in(6) ? name("far.") : some_name(random, apex);
    const Octets wire = Build().add(target.view().wire()).bytes;
    if (type == RrType::a) return Build().u32(static_cast<std::uint32_t>(random.below(4))).bytes;
    if (type == RrType::mx) return Build().u16(1).add(wire).bytes;
    if (type == RrType::ds) return ds("").rdata;
    if (type == RrType::txt) return text("x");
    return wire;
}

/// One edit of both; the editor decides what is allowed.
void edit(Random& random, ZoneEditor& editor, Model& model) {
    static constexpr RrType kTypes[] = {RrType::a,  RrType::a,     RrType::ns, RrType::cname,
                                        RrType::mx, RrType::cname, RrType::ds, RrType::txt};
    const Name owner = some_name(random, model.apex);
    const RrType type = kTypes[random.below(8)];
    if (random.one_in(4)) {
        if (!editor.remove(owner, type)) return;
        const auto at = model.names.find(owner);
        if (at != model.names.end() && at->second.erase(type) == 1 && at->second.empty())
            model.names.erase(at);
        return;
    }
    if (random.one_in(12)) {
        if (editor.remove_name(owner)) model.names.erase(owner);
        return;
    }
    RdataList records;
    std::vector<Octets> kept;
    for (std::size_t i = 1 + random.below(3); i > 0; --i) {
        const Octets rdata = some_rdata(random, type, model.apex);
        const auto same = [&](const Octets& other) { return same_rdata(type, rdata, other); };
        if (std::ranges::none_of(kept, same)) kept.push_back(rdata);
        records.add(kept.back());
        if (type == RrType::cname) break;
    }
    if (!editor.replace(owner, type, kTtl, records)) return;
    auto& sets = model.names[owner];
    const auto old = sets.find(type);
    const bool same_set =
        old != sets.end() && std::ranges::is_permutation(old->second, kept, [&](auto& x, auto& y) {
            return same_rdata(type, x, y);
        });
    if (!same_set) sets[type] = kept;
}

std::string folded(std::string line) {
    for (char& c : line) c = static_cast<char>(to_lower(static_cast<Octet>(c)));
    return line;
}
Lines folded(const auto& lines) {
    Lines all;
    for (const std::string& line : lines) all.insert(folded(line));
    return all;
}

void expect_same(const ZoneSet& zones, const Model& model, const Name& owner, RrType type,
                 bool dnssec) {
    const AnswerLimits stream{.max_bytes = kMaxMessageBytes, .datagram = false};
    const Reply reply = reply_to(zones, request(owner.view(), type, {.dnssec_ok = dnssec}), stream);
    const Expected expected = NaiveServer(model, type, dnssec).run(owner);
    const std::string question = owner.to_text() + " " + to_text(type);
    ASSERT_EQ(reply.rcode, expected.rcode) << question;
    ASSERT_EQ(reply.authoritative, expected.authoritative) << question;
    ASSERT_FALSE(reply.header.is_truncated()) << question;
    ASSERT_EQ(folded(reply.answer), folded(expected.answer)) << question;
    ASSERT_EQ(folded(reply.authority), folded(expected.authority)) << question;
    ASSERT_EQ(folded(reply.additional), folded(expected.additional)) << question;
}

void ask_much(Random& random, const ZoneSet& zones, const Model& model) {
    static constexpr RrType kAsked[] = {RrType::a,   RrType::ns,   RrType::cname,
                                        RrType::mx,  RrType::ds,   RrType::any,
                                        RrType::soa, RrType::nsec, RrType::rrsig};
    for (int i = 0; i < 60; ++i) {
        expect_same(zones, model, some_name(random, model.apex), kAsked[random.below(9)],
                    random.one_in(2));
        if (::testing::Test::HasFatalFailure()) return;
    }
}

TEST(AnswerModel, AgreesWithANaiveServer) {
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        Model model{.apex = name("example.")};
        model.names[model.apex] = {{RrType::soa, {soa(1)}}, {RrType::ns, {target("far.")}}};
        ZoneEditor editor(model.apex);
        put_lines(editor, {{"example.", RrType::soa, soa(1)}, ns("example.", "far.")});
        for (int round = 0; round < 8; ++round) {
            for (int i = 0; i < 8; ++i) edit(random, editor, model);
            const auto zone = editor.commit().value().zone;
            model.is_signed = false;
            ask_much(random, set_of({zone}), model);
            model.is_signed = true;
            ask_much(random, set_of({sign_zone(zone)}), model);
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace homeport::dns
