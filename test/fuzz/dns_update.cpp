/// Updates come from whoever has a key: any bytes give an rcode, or changes within the policy that
/// an editor takes in their order and that leave a whole zone.

#include "core/assert.hpp"
#include "dns/update/testing.hpp"

#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::dns;

namespace {

std::shared_ptr<const Zone> some_zone() {
    using namespace dns::testing;
    return sign_zone(make_zone(
        "e.", {a("a.e."), a("a.e.", "192.0.2.2"), txt("a.e."), txt("e."), cname("c.e.", "a.e."),
               ns("s.e.", "n.s.e."), a("n.s.e."), ds("s.e."), a("*.w.e."), txt("x.y.e.")}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto zone = some_zone();
    static const UpdatePolicy policy = dns::testing::policy_for_all("e.");
    const ProtectedName is_protected = [](NameView owner) { return owner.labels() > 5; };
    const Bytes packet = std::as_bytes(std::span(data, size));
    const UpdateResult result = apply_update(packet, zone, policy, is_protected);
    HOMEPORT_ASSERT(result.why.empty() == (result.rcode == Rcode::no_error));
    HOMEPORT_ASSERT(result.rcode == Rcode::no_error || result.changes.empty());
    for (const SetChange& change : result.changes)
        HOMEPORT_ASSERT(!is_made_by_signer(change.type) && !is_protected(change.owner));
    const auto changed = dns::testing::with_changes(zone, result.changes);
    HOMEPORT_ASSERT(changed->soa() && changed->apex_node().find(RrType::ns));
    apply_update(packet, changed, policy, is_protected);
    return 0;
}
