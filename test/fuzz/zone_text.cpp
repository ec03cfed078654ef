/// A zone file is the operator's own, but a broken or hostile one must end in faults, never in a
/// crash. A zone that is read must be the same after it was written and read again.

#include "core/assert.hpp"
#include "dns/zonefile/limits.hpp"
#include "dns/zonefile/read_zone.hpp"
#include "dns/zonefile/rrset_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace homeport::dns;

auto read(std::string_view text) {
    return read_zone({.source = "z", .text = text, .apex = Name::parse("example.net.").value()});
}

std::string write(const Zone& zone) {
    std::string text;
    zone.nodes().for_each([&text](const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i) text += to_text(node.name(), node.set(i));
    });
    return text;
}

void check_faults(const ZoneFaults& faults) {
    HOMEPORT_ASSERT(faults.size() <= kMaxZoneFaults);
    std::size_t line = 1;
    for (const ZoneFault& fault : faults) {
        HOMEPORT_ASSERT(fault.line >= line && !fault.what.empty() && !fault.remedy.empty());
        HOMEPORT_ASSERT(fault.to_string().find('\n') == std::string::npos);
        line = fault.line;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto first = read({reinterpret_cast<const char*>(data), size});
    check_faults(first ? first->warnings : first.error());
    if (!first) {
        HOMEPORT_ASSERT(!first.error().empty());
        return 0;
    }
    const std::string text = write(*first->zone);
    const auto second = read(text);
    HOMEPORT_ASSERT(second && write(*second->zone) == text);
    return 0;
}
