/// Random updates against the pseudocode of RFC 2136 (sections 3.2.5, 3.4.1.3, 3.4.2.7) on a map of
/// sets.

#include "dns/update/testing.hpp"
#include "dns/update/update.hpp"

#include <gmock/gmock.h>
#include <map>
#include <set>

namespace homeport::dns {
namespace {

using namespace testing;

struct Set {
    std::uint32_t ttl = 0;
    std::set<Octets> records;
    friend bool operator==(const Set&, const Set&) = default;
};
using Model = std::map<std::string, std::map<RrType, Set>>;

constexpr std::string_view kApex = "example.";

Model model_of(const Zone& zone) {
    Model model;
    zone.nodes().for_each([&model](const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrsetView set = node.set(i);
            Set& copy = model[node.name().to_text()][set.type];
            copy.ttl = set.ttl;
            for (const Bytes rdata : set.records) copy.records.emplace(rdata.begin(), rdata.end());
        }
    });
    return model;
}

class Naive {
public:
    explicit Naive(Model& model) : model_(model) {}

    Rcode run(const UpdateMessage& message) {
        std::map<std::pair<std::string, RrType>, std::set<Octets>> wanted;
        for (const UpdateRecord& record : message.prerequisites) {
            if (!name(record.owner).view().is_at_or_below(name(kApex))) return Rcode::not_zone;
            const bool there = record.type == RrType::any ? has_name(record.owner)
                                                          : has(record.owner, record.type);
            if (record.rr_class == RrClass::in)
                wanted[{record.owner, record.type}].insert(record.rdata);
            if (record.rr_class == RrClass::any && !there)
                return record.type == RrType::any ? Rcode::nx_domain : Rcode::nx_rrset;
            if (record.rr_class == RrClass::none && there)
                return record.type == RrType::any ? Rcode::yx_domain : Rcode::yx_rrset;
        }
        for (const auto& [key, records] : wanted)
            if (model_[key.first][key.second].records != records) return Rcode::nx_rrset;
        for (const UpdateRecord& record : message.changes)
            if (!name(record.owner).view().is_at_or_below(name(kApex))) return Rcode::not_zone;
        for (const UpdateRecord& record : message.changes) change(record);
        return Rcode::no_error;
    }

private:
    bool has(const std::string& owner, RrType type) { return !model_[owner][type].records.empty(); }
    bool has_name(const std::string& owner) {
        return std::ranges::any_of(model_[owner],
                                   [](const auto& set) { return !set.second.records.empty(); });
    }
    bool has_beside_cname(const std::string& owner) {
        return std::ranges::any_of(model_[owner], [](const auto& set) {
            return set.first != RrType::cname && !set.second.records.empty();
        });
    }

    void change(const UpdateRecord& record) {
        const bool apex = record.owner == kApex;
        const bool of_apex = apex && (record.type == RrType::soa || record.type == RrType::ns);
        Set& set = model_[record.owner][record.type];
        if (record.rr_class == RrClass::in) return add(record, set);
        if (record.rr_class == RrClass::any) {
            if (record.type != RrType::any) {
                if (!of_apex) set.records.clear();
                return;
            }
            for (auto& [type, each] : model_[record.owner])
                if (!apex || (type != RrType::soa && type != RrType::ns)) each.records.clear();
            return;
        }
        if (record.type == RrType::soa) return;
        if (of_apex && set.records == std::set<Octets>{record.rdata}) return;
        set.records.erase(record.rdata);
    }

    void add(const UpdateRecord& record, Set& set) {
        if (record.type == RrType::cname ? has_beside_cname(record.owner)
                                         : has(record.owner, RrType::cname))
            return;
        if (record.type == RrType::soa) {
            if (set.records.empty()) return;
            const std::uint32_t serial = SoaView(*set.records.begin()).serial();
            if (SoaView(record.rdata).serial() <= serial) return;
        }
        if (record.type == RrType::soa || record.type == RrType::cname) set.records.clear();
        set.records.insert(record.rdata);
        set.ttl = record.ttl;
    }

    Model& model_;
};

Octets random_rdata(Random& random, RrType type) {
    const unsigned number = static_cast<unsigned>(random.below(3));
    if (type == RrType::a) return Build().u32(number).bytes;
    if (type == RrType::txt) return text(std::string(number, 'x'));
    if (type == RrType::soa) return soa(number + static_cast<unsigned>(random.below(4)));
    return target("n" + std::to_string(number) + ".example.");
}

UpdateRecord random_record(Random& random) {
    static const std::vector<std::string> kOwners{"example.", "a.example.", "b.a.example.",
                                                  "c.example.", "d.c.b.example."};
    static const std::vector<RrType> kTypes{RrType::a, RrType::txt, RrType::cname, RrType::ns,
                                            RrType::soa};
    UpdateRecord record{random.pick(kOwners), random.pick(kTypes), RrClass::in, 0, {}};
    if (random.one_in(300)) record.owner = "other.";
    record.rr_class = std::array{RrClass::in, RrClass::any, RrClass::none}[random.below(3)];
    if (record.rr_class == RrClass::any && random.one_in(2)) record.type = RrType::any;
    return record;
}

UpdateMessage random_message(Random& random) {
    UpdateMessage message;
    for (std::size_t count = random.one_in(2) ? random.below(3) : 0; count > 0; --count) {
        UpdateRecord record = random_record(random);
        if (record.rr_class == RrClass::none && random.one_in(2)) record.type = RrType::any;
        if (record.rr_class == RrClass::in) record.rdata = random_rdata(random, record.type);
        message.prerequisites.push_back(record);
    }
    for (std::size_t count = random.below(8); count > 0; --count) {
        UpdateRecord record = random_record(random);
        if (record.rr_class != RrClass::any) record.rdata = random_rdata(random, record.type);
        if (record.rr_class == RrClass::in) record.ttl = random.one_in(2) ? 60 : 300;
        message.changes.push_back(record);
    }
    return message;
}

void tidy(Model& model) {
    for (auto& [owner, sets] : model)
        std::erase_if(sets, [](const auto& set) { return set.second.records.empty(); });
    std::erase_if(model, [](const auto& name) { return name.second.empty(); });
}

TEST(UpdateModelTest, RandomUpdatesDoWhatTheRfcSays) {
    const UpdatePolicy policy{{{name(kApex), UpdateReach::subtree, {}},
                               {name(kApex), UpdateReach::subtree, {RrType::soa, RrType::ns}}}};
    std::map<Rcode, std::size_t> rcodes;
    std::size_t changed = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Random random(seed);
        std::shared_ptr<const Zone> zone = make_zone(kApex, {});
        for (int i = 0; i < 60; ++i) {
            const UpdateMessage message = random_message(random);
            Model expected = model_of(*zone);
            const Rcode rcode = Naive(expected).run(message);
            const UpdateResult result = apply_update(encode(message), zone, policy, {});
            ++rcodes[result.rcode];
            ASSERT_EQ(result.rcode, rcode) << seed << " " << i << " " << result.why;
            if (rcode != Rcode::no_error) continue;
            tidy(expected);
            const auto next = with_changes(zone, result.changes);
            const Model present = model_of(*zone);
            ASSERT_EQ(model_of(*next), expected) << seed << " " << i;
            ASSERT_EQ(result.changes.empty(), present == expected);
            changed += result.changes.size();
            zone = next;
        }
    }
    EXPECT_GT(rcodes[Rcode::no_error], 1000U);
    for (const Rcode rcode :
         {Rcode::nx_domain, Rcode::yx_domain, Rcode::nx_rrset, Rcode::yx_rrset, Rcode::not_zone})
        EXPECT_GT(rcodes[rcode], 20U) << to_text(rcode);
    EXPECT_GT(changed, 2000U);
}

// Whatever a broken message is taken for, an editor takes what comes of it.
TEST(UpdateModelTest, BrokenMessagesDoNoHarm) {
    const std::shared_ptr<const Zone> zone = sign_zone(
        make_zone(kApex, {a("a.example."), txt("a.example."), cname("c.example.", "a.example."),
                          ns("b.a.example.", "n1.example."), txt("example.")}));
    const UpdatePolicy policy = policy_for_all(kApex);
    std::map<Rcode, std::size_t> rcodes;
    Random random(1);
    for (int i = 0; i < 20'000; ++i) {
        UpdateMessage message = random_message(random);
        message.prerequisites.clear();
        Octets packet = encode(message);
        for (std::size_t count = 1 + random.below(4); count > 0; --count)
            packet[random.below(packet.size())] = static_cast<std::byte>(random.next());
        const UpdateResult result = apply_update(packet, zone, policy, {});
        ++rcodes[result.rcode];
        with_changes(zone, result.changes);
        for (const SetChange& change : result.changes) EXPECT_FALSE(is_made_by_signer(change.type));
    }
    for (const Rcode rcode :
         {Rcode::no_error, Rcode::form_err, Rcode::not_auth, Rcode::not_zone, Rcode::refused})
        EXPECT_GT(rcodes[rcode], 20U) << to_text(rcode);
}

}  // namespace
}  // namespace homeport::dns
