/// Whole messages from peers: any bytes must give records that are well-formed, or an error, with
/// work that the length bounds.

#include "core/assert.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/rdata.hpp"

#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::dns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto reader = MessageReader::open(std::as_bytes(std::span(data, size)));
    if (!reader) return 0;
    Question question;
    while (true) {
        const auto more = reader->next(question);
        if (!more) return 0;
        if (!*more) break;
        const auto again = Name::parse(question.name.to_text());
        HOMEPORT_ASSERT(again && *again == question.name);
    }
    Record record;
    for (std::size_t count = 0;; ++count) {
        const auto more = reader->next(record);
        if (!more || !*more) return 0;
        HOMEPORT_ASSERT(count <= size / 11);
        HOMEPORT_ASSERT(NameView::read(record.owner.view().wire()) == record.owner.view());
        if (record.rr_class != RrClass::in) continue;
        HOMEPORT_ASSERT(check_rdata(record.type, record.rdata).has_value());
        HOMEPORT_ASSERT(
            same_rdata(record.type, record.rdata, canonical_rdata(record.type, record.rdata)));
        HOMEPORT_ASSERT(!to_text(record.type).empty());
    }
}
