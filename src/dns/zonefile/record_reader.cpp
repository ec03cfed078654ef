#include "dns/zonefile/record_reader.hpp"

#include "core/text.hpp"
#include "dns/zonefile/rdata_text.hpp"
#include "dns/zonefile/value_text.hpp"

#include <algorithm>
#include <iterator>

namespace homeport::dns {
namespace {

constexpr std::string_view kWriteRecord = "write it as: NAME TTL TYPE DATA";

bool starts_with_digit(std::string_view word) {
    return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

/// What homeport makes by itself when it signs, and what would be wrong beside that.
bool belongs_to_signing(RrType type) {
    constexpr RrType kTypes[] = {RrType::sig,     RrType::key,   RrType::rrsig,      RrType::nsec,
                                 RrType::dnskey,  RrType::nsec3, RrType::nsec3param, RrType::cds,
                                 RrType::cdnskey, RrType::zonemd};
    return std::ranges::find(kTypes, type) != std::end(kTypes);
}

}  // namespace

void RecordReader::read(std::string_view text, RecordList& records) {
    Lexer lexer(text, *faults_);
    WordLine line;
    while (lexer.next(line)) read_line(line, records);
}

void RecordReader::read_line(const WordLine& line, RecordList& records) {
    const Word& first = line.words.front();
    if (line.indented || first.quoted || !first.text.starts_with('$'))
        return read_record(line, records);
    WordReader words(line.words);
    read_directive(words);
}

void RecordReader::read_directive(WordReader& words) {
    const std::string_view name = words.take().text;
    if (equals_ignoring_case(name, "$ORIGIN")) return set_origin(words);
    if (equals_ignoring_case(name, "$TTL")) return set_ttl(words);
    if (equals_ignoring_case(name, "$INCLUDE"))
        return faults_->add(words.line(), "$INCLUDE is not supported",
                            "copy the records of the other file to this place");
    if (equals_ignoring_case(name, "$GENERATE"))
        return faults_->add(words.line(), "$GENERATE is not supported",
                            "write the records that it stands for");
    faults_->add(words.line(), in_quotes(name) + " is not known",
                 "known are $ORIGIN and $TTL; a name that begins so is written \\$");
}

void RecordReader::set_origin(WordReader& words) {
    if (words.done()) return faults_->add(words.line(), "$ORIGIN without a name", "add one");
    auto name = parse_name(words.take().text, origin_);
    if (!name) return faults_->add(words.line(), name.error(), "write a name");
    if (!words.done()) return faults_->add(words.line(), "$ORIGIN takes one name", "remove others");
    origin_ = std::move(*name);
}

void RecordReader::set_ttl(WordReader& words) {
    if (words.done()) return faults_->add(words.line(), "$TTL without a time", "add one");
    const auto ttl = parse_period(words.take().text, kMaxTtl);
    if (!ttl) return faults_->add(words.line(), ttl.error(), "write seconds");
    if (!words.done()) return faults_->add(words.line(), "$TTL takes one time", "remove others");
    ttl_ = *ttl;
}

void RecordReader::read_record(const WordLine& line, RecordList& records) {
    WordReader words(line.words);
    const std::size_t first_line = words.line();
    if (!take_owner(line, words)) return;
    const auto head = take_head(words);
    if (!head) return faults_->add(words.line(), head.error(), kWriteRecord);
    if (const auto good = check_record(head->type); !good)
        return faults_->add(first_line, good.error(), kWriteRecord);
    rdata_.clear();
    if (const auto done = append_rdata(rdata_, head->type, words, origin_); !done)
        return faults_->add(words.line(), done.error(), kWriteRecord);
    if (!records.add({*owner_, head->type, head->ttl, first_line, as_bytes(rdata_)}))
        faults_->add(first_line, "the names and data of the zone take more than 1 GiB",
                     "cut the zone into several");
}

bool RecordReader::take_owner(const WordLine& line, WordReader& words) {
    if (line.indented && owner_) return true;
    if (line.indented) {
        faults_->add(words.line(), "the first record has no name", "write @ for the zone's own");
        return false;
    }
    auto owner = parse_name(words.take().text, origin_);
    if (!owner) {
        faults_->add(words.line(), owner.error(), kWriteRecord);
        return false;
    }
    owner_ = std::move(*owner);
    return true;
}

/// RFC 1035 section 3.2.4: others than IN have zones of their own.
Result<> RecordReader::check_class(RrClass rr_class) {
    if (rr_class == RrClass::in) return {};
    return fail(Errc::invalid,
                "class " + to_text(rr_class) + " is not served; write IN or nothing");
}

/// TTL and class, of which both, one or none may stand there in any order, and the type.
Result<RecordReader::Head> RecordReader::take_head(WordReader& words) {
    std::optional<std::uint32_t> ttl;
    std::optional<RrClass> rr_class;
    while (!words.done()) {
        const std::string_view word = words.take().text;
        if (!ttl && starts_with_digit(word)) {
            const auto period = parse_period(word, kMaxTtl);
            if (!period) return std::unexpected(period.error());
            ttl = *period;
        } else if (const auto known = parse_rr_class(word); known && !rr_class) {
            if (const auto good = check_class(*known); !good) return std::unexpected(good.error());
            rr_class = *known;
        } else if (const auto type = parse_rr_type(word)) {
            return Head{ttl.value_or(ttl_), *type};
        } else {
            return fail(Errc::invalid, in_quotes(word) +
                                           " is no type that homeport knows; write a "
                                           "type such as A, or TYPE123 \\# LENGTH HEX");
        }
    }
    return fail(Errc::invalid, "the record has no type; " + std::string(kWriteRecord));
}

Result<> RecordReader::check_record(RrType type) const {
    if (belongs_to_signing(type))
        return fail(Errc::invalid, to_text(type) + ": homeport signs by itself; remove the record");
    if (owner_->view().is_at_or_below(apex_)) return {};
    return fail(Errc::invalid, owner_->to_text() + " is not in the zone " + apex_.to_text() +
                                   "; write it without a dot at its end, or in its own zone");
}

}  // namespace homeport::dns
