#include "dns/transfer/transfer.hpp"

#include "core/assert.hpp"
#include "dns/transfer/limits.hpp"
#include "dns/wire/message.hpp"

#include <algorithm>
#include <iterator>

namespace homeport::dns {
namespace {

/// RFC 1995 section 3: the client's SOA stands in the authority section.
std::optional<std::uint32_t> read_serial(Bytes packet, NameView apex) {
    auto reader = MessageReader::open(packet);
    if (!reader) return std::nullopt;
    std::optional<std::uint32_t> serial;
    Record record;
    while (true) {
        const auto read = reader->next(record);
        if (!read) return std::nullopt;
        if (!*read) return serial;
        if (record.section != Section::authority) continue;
        const bool fits = record.type == RrType::soa && record.rr_class == RrClass::in &&
                          record.owner.view() == apex;
        if (!fits || serial) return std::nullopt;
        serial = SoaView(record.rdata).serial();
    }
}

std::uint64_t wire_octets(const ZoneSteps& steps) {
    std::uint64_t octets = 0;
    for (const auto& step : steps) octets += step->wire_octets;
    return octets;
}

PackedRdata first(PackedRdata records, std::size_t count) {
    return {records.begin().at(), count};
}
PackedRdata without_first(PackedRdata records, std::size_t count) {
    PackedRdata::Iterator at = records.begin();
    std::ranges::advance(at, static_cast<std::ptrdiff_t>(count));
    return {at.at(), records.count() - count};
}

}  // namespace

TransferRequest::TransferRequest(const Query& query)
    : question_(query.question.begin(), query.question.end()), query_(query) {
    query_.question = question_;
    query_.name = NameView::trusted(octets(question_), query.name.size());
    query_.edns.cookie = {};
}

std::expected<TransferRequest, Rcode> TransferRequest::read(Bytes packet, const Query& query) {
    const bool asks = query.opcode == Opcode::query && !query.question.empty();
    const bool incremental = query.type == RrType::ixfr;
    if (!asks || (!incremental && query.type != RrType::axfr))
        return std::unexpected(Rcode::form_err);
    if (query.rr_class != RrClass::in) return std::unexpected(Rcode::refused);
    TransferRequest request(query);
    if (!incremental) return request;
    request.serial_ = read_serial(packet, query.name);
    if (!request.serial_) return std::unexpected(Rcode::form_err);
    return request;
}

Query TransferRequest::without_question() const {
    Query query = query_;
    query.question = {};
    query.name = {};
    return query;
}

Transfer::Transfer(TransferRequest request, std::shared_ptr<const Zone> zone,
                   const ZoneHistory& history, std::size_t reserved)
    : request_(std::move(request)),
      later_(request_.without_question()),
      zone_(std::move(zone)),
      reserved_(reserved),
      form_(choose(history)) {
    HOMEPORT_ASSERT(reserved_ <= kMaxReservedBytes);
    advance();
}

Transfer::Form Transfer::choose(const ZoneHistory& history) {
    const auto serial = request_.serial();
    if (serial && (*serial == zone_->serial() || serial_after(*serial, zone_->serial()))) {
        records_ = std::make_unique<SoaAlone>(zone_);
        return Form::current;
    }
    auto steps = serial ? history.steps_from(*serial) : std::nullopt;
    if (!steps || steps->back()->after != zone_->serial() ||
        wire_octets(*steps) >= wire_octets(*zone_)) {
        records_ = std::make_unique<WholeZone>(zone_);
        return Form::whole;
    }
    records_ = std::make_unique<ZoneDifference>(std::move(*steps));
    return Form::incremental;
}

void Transfer::advance() {
    run_ = records_->next();
}

void Transfer::begin(MessageWriter& writer, std::size_t limit_bytes) const {
    const Query& query = first_ ? request_.query() : later_;
    writer.begin(query, limit_bytes);
    writer.set_authoritative();
    if (query.edns.present) writer.reserve_opt({.dnssec_ok = query.edns.dnssec_ok});
}

/// False: not even one record fits.
bool Transfer::add_records(MessageWriter& writer) {
    bool added = false;
    while (run_ && add_run(writer)) {
        added = true;
        if (run_->set.records.empty()) advance();
    }
    return added;
}

/// As many records of the run as fit, tried by halves. False: none.
bool Transfer::add_run(MessageWriter& writer) {
    PackedRdata& left = run_->set.records;
    for (std::size_t count = left.count(); count > 0; count /= 2) {
        RrsetView part = run_->set;
        part.records = first(left, count);
        if (!writer.add(Section::answer, run_->owner, part, false)) continue;
        left = without_first(left, count);
        return true;
    }
    return false;
}

std::size_t Transfer::next(MutableBytes out) {
    if (!run_) return 0;
    HOMEPORT_ASSERT(out.size() >= kMaxMessageBytes);
    MessageWriter writer(out);
    begin(writer, kTransferMessageBytes - reserved_);
    if (!add_records(writer)) {
        begin(writer, kMaxMessageBytes - reserved_);
        const bool fits = add_records(writer);
        HOMEPORT_ASSERT(fits);  // kMaxSetBytes leaves room for the rest of a message
    }
    first_ = false;
    return writer.finish().size();
}

std::size_t Transfer::datagram(MutableBytes out) {
    if (out.size() < kLeastAnswerBytes + reserved_) return 0;
    MessageWriter writer(out);
    begin(writer, out.size() - reserved_);
    add_records(writer);
    if (run_) {
        writer.drop_records();
        const RrsetView soa = zone_->soa();
        if (!writer.add(Section::answer, zone_->apex(), soa, false)) writer.set_truncated();
    }
    return writer.finish().size();
}

}  // namespace homeport::dns
