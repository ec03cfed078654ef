#include "dns/wire/writer.hpp"

#include "core/assert.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

constexpr std::uint16_t kPointer = 0xc000;
constexpr std::size_t kMaxPointerOffset = 0x3fff;
/// Type, class, TTL, length of the rdata.
constexpr std::size_t kFixedBytes = 10;

/// Cheap: each hit is compared in full, so this need only tell usual names apart.
std::uint32_t hash_label(std::uint32_t hash, const Octet* label) {
    const std::uint32_t ends = static_cast<std::uint32_t>(to_lower(label[1])) << 8 |
                               static_cast<std::uint32_t>(to_lower(label[label[0]])) << 16 |
                               label[0];
    return (hash ^ ends) * 0x9e3779b1U;
}

}  // namespace

NameTable::Match NameTable::match_and_add(NameView name, std::size_t at) {
    const LabelStarts starts(name);
    std::array<std::uint32_t, kMaxLabels> hashes;
    std::uint32_t hash = 0;
    for (std::size_t i = starts.count(); i-- > 0;)
        hashes[i] = hash = hash_label(hash, name.data() + starts[i]);
    Match match{.kept = name.size() - 1};
    std::size_t unknown = 0;
    for (; unknown < starts.count(); ++unknown) {
        const NameView suffix =
            NameView::trusted(name.data() + starts[unknown], name.size() - starts[unknown]);
        if (const Entry* const entry = find(hashes[unknown], suffix)) {
            match = {starts[unknown], entry->offset};
            break;
        }
    }
    for (std::size_t i = 0; i < unknown && count_ < entries_.size(); ++i) {
        const std::size_t offset = at + starts[i];
        if (offset > kMaxPointerOffset) break;
        entries_[count_++] = {hashes[i], static_cast<std::uint16_t>(offset)};
    }
    return match;
}

const NameTable::Entry* NameTable::find(std::uint32_t hash, NameView suffix) const {
    for (std::size_t i = 0; i < count_; ++i)
        if (entries_[i].hash == hash && stands_at(entries_[i].offset, suffix)) return &entries_[i];
    return nullptr;
}

/// The table only holds what this writer wrote, so pointers are followed without limits.
bool NameTable::stands_at(std::size_t offset, NameView suffix) const {
    const Octet* at = message_ + offset;
    const Octet* label = suffix.data();
    while (true) {
        while (*at >= 0xc0) at = message_ + (load_u16(at) & kMaxPointerOffset);
        if (*at != *label || !equal_octets(at + 1, label + 1, *label)) return false;
        if (*label == 0) return true;
        at += 1 + *at;
        label += 1 + *label;
    }
}

MessageWriter::MessageWriter(MutableBytes buffer)
    : start_(reinterpret_cast<Octet*>(buffer.data())),
      size_(buffer.size()),
      at_(start_),
      end_(start_) {
    HOMEPORT_ASSERT(size_ >= kMinUdpBytes);
}

void MessageWriter::begin(const Query& query, std::size_t limit_bytes) {
    HOMEPORT_ASSERT(limit_bytes >= kLeastAnswerBytes && limit_bytes <= size_);
    query_ = &query;
    flags_ = static_cast<std::uint16_t>(kFlagResponse |
                                        static_cast<std::uint16_t>(query.opcode) << kOpcodeShift |
                                        (query.recursion_desired ? kFlagRecursionDesired : 0) |
                                        (query.checking_disabled ? kFlagCheckingDisabled : 0));
    rcode_ = Rcode::no_error;
    end_ = start_ + limit_bytes;
    with_opt_ = false;
    drop_records();
    std::copy_n(octets(query.question), query.question.size(), start_ + kHeaderBytes);
}

void MessageWriter::drop_records() {
    at_ = start_ + kHeaderBytes + query_->question.size();
    counts_ = {};
    question_known_ = false;
    names_.reset(start_);
}

void MessageWriter::reserve_opt(const OptRecord& opt) {
    HOMEPORT_ASSERT(opt.options.size() <= kMaxOptionBytes && !with_opt_);
    opt_ = opt;
    with_opt_ = true;
    end_ -= kOptBytes + opt.options.size();
}

bool MessageWriter::add(Section section, NameView owner, const RrsetView& set, std::uint32_t ttl,
                        bool signatures) {
    const Mark mark{at_, names_.mark(), counts_[static_cast<std::size_t>(section)]};
    owner_at_ = owner.data() == query_->name.data() ? kHeaderBytes : 0;
    if (add_records(owner, set.type, ttl, set.records, section) &&
        (!signatures || add_records(owner, RrType::rrsig, ttl, set.signatures, section)))
        return true;
    at_ = mark.at;
    names_.rewind(mark.names);
    question_known_ = question_known_ && mark.names > 0;
    counts_[static_cast<std::size_t>(section)] = mark.count;
    return false;
}

bool MessageWriter::add_records(NameView owner, RrType type, std::uint32_t ttl, PackedRdata records,
                                Section section) {
    for (const Bytes rdata : records)
        if (!write_record(owner, type, ttl, rdata)) return false;
    counts_[static_cast<std::size_t>(section)] += static_cast<std::uint16_t>(records.count());
    return true;
}

bool MessageWriter::write_record(NameView owner, RrType type, std::uint32_t ttl, Bytes rdata) {
    if (!write_owner(owner) || room() < kFixedBytes) return false;
    at_ = store_u16(at_, static_cast<std::uint16_t>(type));
    at_ = store_u16(at_, static_cast<std::uint16_t>(RrClass::in));
    at_ = store_u32(at_, ttl);
    Octet* const length = at_;
    at_ += 2;
    const bool fits =
        has_compressible_names(type) ? write_rdata_with_names(type, rdata) : write_raw(rdata);
    store_u16(length, static_cast<std::uint16_t>(at_ - length - 2));
    return fits;
}

bool MessageWriter::write_rdata_with_names(RrType type, Bytes rdata) {
    const NamesInRdata names = names_in_rdata(type, rdata);
    if (!write_raw(rdata.first(names.before))) return false;
    rdata = rdata.subspan(names.before);
    for (std::size_t i = 0; i < names.count; ++i) {
        const auto name = NameView::read(rdata);
        if (!name || !write_name(*name)) return false;
        rdata = rdata.subspan(name->size());
    }
    return write_raw(rdata);
}

/// The second record of a set needs no search for its owner.
bool MessageWriter::write_owner(NameView owner) {
    if (owner_at_ != 0) return write_pointer(owner_at_);
    const std::size_t at = used();
    if (!write_name(owner)) return false;
    const bool pointer_only = start_[at] >= kPointer >> 8;
    if (pointer_only) {
        owner_at_ = load_u16(start_ + at) & kMaxPointerOffset;
    } else if (at <= kMaxPointerOffset && !owner.is_root()) {
        owner_at_ = static_cast<std::uint16_t>(at);
    }
    return true;
}

bool MessageWriter::write_pointer(std::uint16_t offset) {
    if (room() < 2) return false;
    at_ = store_u16(at_, static_cast<std::uint16_t>(kPointer | offset));
    return true;
}

bool MessageWriter::write_name(NameView name) {
    if (!question_known_) {
        if (!query_->question.empty()) names_.add(query_->name, kHeaderBytes);
        question_known_ = true;
    }
    const auto match = names_.match_and_add(name, used());
    if (room() < match.kept + 2) return false;
    at_ = std::copy_n(name.data(), match.kept, at_);
    if (match.offset != 0) return write_pointer(match.offset);
    *at_++ = 0;
    return true;
}

bool MessageWriter::write_raw(Bytes bytes) {
    if (room() < bytes.size()) return false;
    at_ = std::copy_n(octets(bytes), bytes.size(), at_);
    return true;
}

void MessageWriter::write_opt() {
    end_ += kOptBytes + opt_.options.size();
    *at_++ = 0;
    at_ = store_u16(at_, static_cast<std::uint16_t>(RrType::opt));
    at_ = store_u16(at_, opt_.payload_bytes);
    const std::uint32_t upper = static_cast<std::uint32_t>(rcode_) >> 4;
    at_ = store_u32(at_, upper << 24 | (opt_.dnssec_ok ? kOptDnssecOk : 0));
    at_ = store_u16(at_, static_cast<std::uint16_t>(opt_.options.size()));
    at_ = std::copy_n(octets(opt_.options), opt_.options.size(), at_);
    ++counts_[static_cast<std::size_t>(Section::additional)];
}

Bytes MessageWriter::finish() {
    HOMEPORT_ASSERT(with_opt_ || static_cast<std::uint16_t>(rcode_) <= kRcodeMask);
    if (with_opt_) write_opt();
    with_opt_ = false;
    Octet* at = store_u16(start_, query_->id);
    const auto low = static_cast<std::uint16_t>(static_cast<std::uint16_t>(rcode_) & kRcodeMask);
    at = store_u16(at, flags_ | low);
    at = store_u16(at, query_->question.empty() ? 0 : 1);
    for (const std::uint16_t count : counts_) at = store_u16(at, count);
    return bytes_of(start_, used());
}

}  // namespace homeport::dns
