/// Anybody can send a datagram: any bytes must give a query, a fault to answer, or silence, and
/// what was read of it must be fit for an answer.

#include "core/assert.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/query.hpp"
#include "dns/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::dns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes packet = std::as_bytes(std::span(data, size));
    Query query;
    const QueryStatus status = parse_query(packet, query);
    if (status == QueryStatus::ignored) return 0;
    HOMEPORT_ASSERT(query.question.empty() || query.lower_name.view() == query.name);
    HOMEPORT_ASSERT(query.tsig_at < size);
    HOMEPORT_ASSERT(query.edns.cookie.size() <= kClientCookieBytes + kMaxServerCookieBytes);
    std::array<std::byte, kMinUdpBytes> buffer;
    MessageWriter writer(buffer);
    writer.begin(query, buffer.size());
    if (query.edns.present) writer.reserve_opt({});
    writer.set_rcode(status == QueryStatus::ok ? Rcode::not_imp : Rcode::form_err);
    const Bytes answer = writer.finish();
    const auto echoed = answer.subspan(kHeaderBytes, query.question.size());
    HOMEPORT_ASSERT(std::ranges::equal(echoed, query.question));
    auto reader = MessageReader::open(answer);
    Record record;
    while (reader->next(record).value()) {
    }
    return 0;
}
