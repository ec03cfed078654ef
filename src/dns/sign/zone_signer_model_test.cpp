/// Random edits of a zone, signed step by step: after each commit all of the zone is looked at.

#include "dns/sign/testing.hpp"
#include "dns/sign/zone_signer.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

class Editing {
public:
    explicit Editing(std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 40; ++i) names_.push_back(small_name());
        for (int i = 0; i < 10; ++i) names_.push_back(hostile_name(random_, apex_));
    }

    /// Edits that the editor refuses are no edits.
    void edit(ZoneEditor& editor) {
        for (std::size_t i = random_.below(6); i > 0; --i) edit_one(editor);
    }
    bool one_in(std::size_t count) { return random_.one_in(count); }

private:
    /// Close together, so that delegations, wildcards and empty non-terminals meet.
    Name small_name() {
        Name name = apex_;
        for (std::size_t i = 1 + random_.below(4); i > 0; --i)
            name = Name::child(std::string(1, random_.pick(kLabels)), name).value();
        return name;
    }

    void edit_one(ZoneEditor& editor) {
        const Name& owner = random_.pick(names_);
        const auto put = [&editor, &owner](RrType type, std::initializer_list<Octets> rdata) {
            (void)editor.replace(owner, type, kTtl, list(rdata));
        };
        switch (random_.below(9)) {
        case 0:
            return put(RrType::a, {address("192.0.2.1"), address("192.0.2.77")});
        case 1:
            return put(RrType::txt, {text(std::to_string(random_.below(3))), text("")});
        case 2:
            return put(RrType::ns, {target("NS.b.Example.")});
        case 3:
            return put(RrType::ds, {Build().u16(1).raw({13, 2, 1, 2}).bytes});
        case 4:
            return put(RrType::mx, {mx(2, "B."), mx(2, "a."), mx(1, "Z.")});
        case 5:
            return put(RrType::cname, {target("x.")});
        case 6:
            return (void)editor.remove(owner, RrType::ns);
        case 7:
            return (void)editor.remove(owner, RrType::a);
        default:
            return (void)editor.remove_name(owner);
        }
    }

    static constexpr std::string_view kLabels = "aBb*";
    Random random_;
    const Name apex_ = name("example.");
    std::vector<Name> names_;
};

class SignerModel : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SignerModel, IsRightAfterEveryEdit) {
    constexpr UnixSeconds kStart = 1'800'000'000;
    Editing editing(GetParam());
    ZoneSigner signer{ZoneKey(known_key())};
    std::shared_ptr<const Zone> zone = make_zone("example.", {});
    for (std::uint32_t step = 1; step <= 80; ++step) {
        const UnixSeconds now = kStart + step * 60000;
        ZoneEditor editor(zone);
        editing.edit(editor);
        if (editing.one_in(4)) {
            ASSERT_TRUE(signer.sign(editor, now));
            editing.edit(editor);
        }
        ASSERT_TRUE(editor.replace(zone->apex(), RrType::soa, kTtl, list({soa(step + 1)})));
        const auto done = signer.sign(editor, now);
        ASSERT_TRUE(done) << done.error().what;
        std::optional<Name> cursor;
        ASSERT_TRUE(signer.refresh(editor, now, 1000, cursor));
        zone = editor.commit().value().zone;
        const ZoneAudit audit(*zone, signer.key(), now);
        ASSERT_THAT(audit.faults(), ::testing::IsEmpty()) << "in step " << step;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SignerModel, ::testing::Range<std::uint64_t>(1, 6));

}  // namespace
}  // namespace homeport::dns
