#include "dns/wire/message.hpp"

#include "dns/wire/rdata.hpp"

namespace homeport::dns {
namespace {

constexpr std::size_t kQuestionTailBytes = 4;
constexpr std::size_t kRecordFixedBytes = 10;
constexpr Octet kPointerBits = 0xc0;
constexpr std::uint16_t kOffsetBits = 0x3fff;

std::unexpected<Error> malformed(std::string_view what, std::size_t at) {
    return fail(Errc::protocol,
                "DNS message: " + std::string(what) + " at octet " + std::to_string(at));
}

void append(std::vector<std::byte>& to, Bytes bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Class ANY has no data of its type, and we know no other class than IN.
bool has_checked_rdata(const Record& record) {
    if (record.rr_class == RrClass::none) return !record.rdata.empty();
    return record.rr_class == RrClass::in;
}

}  // namespace

bool expand_name(Bytes message, std::size_t at, ExpandedName& out) {
    const Octet* const data = octets(message);
    std::size_t lowest = at;
    std::size_t pointers = 0;
    while (at < message.size()) {
        const Octet length = data[at];
        if (length >= kPointerBits) {
            if (message.size() - at < 2 || ++pointers > kMaxNamePointers) return false;
            if (out.next == 0) out.next = at + 2;
            at = load_u16(data + at) & kOffsetBits;
            if (at >= lowest) return false;
            lowest = at;
            continue;
        }
        const std::size_t size = 1U + length;
        if (length > kMaxLabelBytes || message.size() - at < size) return false;
        if (out.size + size > kMaxNameBytes) return false;
        std::memcpy(out.octets.data() + out.size, data + at, size);
        out.size += size;
        at += size;
        if (length != 0) continue;
        if (out.next == 0) out.next = at;
        return true;
    }
    return false;
}

MessageReader::MessageReader(Bytes message) : message_(message), at_(kHeaderBytes) {
    const Octet* const data = octets(message);
    header_ = {.id = load_u16(data),
               .flags = load_u16(data + 2),
               .questions = load_u16(data + 4),
               .records = {load_u16(data + 6), load_u16(data + 8), load_u16(data + 10)}};
    questions_left_ = header_.questions;
    records_left_ = header_.records[0];
}

Result<MessageReader> MessageReader::open(Bytes message) {
    if (message.size() < kHeaderBytes || message.size() > kMaxMessageBytes)
        return malformed("no header or too long", 0);
    return MessageReader(message);
}

Result<Name> MessageReader::read_name() {
    ExpandedName name;
    if (!expand_name(message_, at_, name)) return malformed("broken name", at_);
    at_ = name.next;
    return Name(NameView::trusted(name.octets.data(), name.size));
}

Result<bool> MessageReader::next(Question& question) {
    if (questions_left_ == 0) return false;
    auto name = read_name();
    if (!name) return std::unexpected(name.error());
    if (!has(kQuestionTailBytes)) return malformed("question is cut", at_);
    question.name = std::move(*name);
    question.type = static_cast<RrType>(load_u16(here()));
    question.rr_class = static_cast<RrClass>(load_u16(here() + 2));
    at_ += kQuestionTailBytes;
    --questions_left_;
    return true;
}

Result<> MessageReader::skip_questions() {
    Question skipped;
    while (questions_left_ > 0)
        if (auto read = next(skipped); !read) return std::unexpected(read.error());
    return {};
}

bool MessageReader::next_section() {
    while (records_left_ == 0) {
        if (section_ + 1 == header_.records.size()) return false;
        records_left_ = header_.records[++section_];
    }
    return true;
}

Result<bool> MessageReader::next(Record& record) {
    if (auto skipped = skip_questions(); !skipped) return std::unexpected(skipped.error());
    if (!next_section()) {
        if (at_ != message_.size()) return malformed("octets after the end", at_);
        return false;
    }
    record.section = static_cast<Section>(section_);
    record.offset = at_;
    auto owner = read_name();
    if (!owner) return std::unexpected(owner.error());
    if (!has(kRecordFixedBytes)) return malformed("record is cut", at_);
    record.owner = std::move(*owner);
    record.type = static_cast<RrType>(load_u16(here()));
    record.rr_class = static_cast<RrClass>(load_u16(here() + 2));
    record.ttl = load_u32(here() + 4);
    const std::size_t size = load_u16(here() + 8);
    at_ += kRecordFixedBytes;
    if (!has(size)) return malformed("record is cut", at_);
    if (auto read = read_rdata(record, at_ + size); !read) return std::unexpected(read.error());
    --records_left_;
    return true;
}

/// Names are read in the message, as pointers lead out of the rdata, but must end inside it.
Result<> MessageReader::read_rdata(Record& record, std::size_t end) {
    const Bytes raw = message_.subspan(at_, end - at_);
    NamesInRdata names = names_in_rdata(record.type, raw);
    if (names.use == NameUse::plain || raw.empty()) names = {};
    if (names.before > raw.size()) return malformed("data is cut", at_);
    record.rdata.clear();
    append(record.rdata, raw.first(names.before));
    at_ += names.before;
    for (std::size_t i = 0; i < names.count; ++i) {
        ExpandedName name;
        if (at_ >= end || !expand_name(message_, at_, name) || name.next > end)
            return malformed("broken name in data", at_);
        append(record.rdata, bytes_of(name.octets.data(), name.size));
        at_ = name.next;
    }
    append(record.rdata, message_.subspan(at_, end - at_));
    at_ = end;
    if (!has_checked_rdata(record)) return {};
    auto good = check_rdata(record.type, record.rdata);
    if (!good) return malformed(good.error().what, record.offset);
    return {};
}

}  // namespace homeport::dns
