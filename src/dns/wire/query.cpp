#include "dns/wire/query.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// Walks over a packet; false from any step: the packet is broken.
class QueryParser {
public:
    QueryParser(Bytes packet, Query& out)
        : packet_(packet), data_(octets(packet)), out_(out), at_(kHeaderBytes) {}

    bool parse() {
        const std::size_t questions = load_u16(data_ + 4);
        const std::size_t answers = load_u16(data_ + 6);
        const std::size_t authorities = load_u16(data_ + 8);
        const std::size_t additionals = load_u16(data_ + 10);
        if (!read_question(questions) || !counts_fit(answers, authorities)) return false;
        for (std::size_t left = answers + authorities; left > 0; --left) {
            Record skipped;
            if (!read_record(skipped)) return false;
        }
        for (std::size_t left = additionals; left > 0; --left)
            if (!read_additional(left == 1)) return false;
        return at_ == packet_.size() && asks();
    }

private:
    struct Record {
        std::size_t start;
        const Octet* fixed;  ///< type, class, TTL, length of the rdata, and the rdata
        RrType type() const { return static_cast<RrType>(load_u16(fixed)); }
        std::size_t rdata_bytes() const { return load_u16(fixed + 8); }
    };
    static constexpr std::size_t kFixedBytes = 10;
    static constexpr std::size_t kOptionHeaderBytes = 4;

    std::size_t left() const { return packet_.size() - at_; }

    bool read_question(std::size_t count) {
        if (count == 0) return true;
        if (count != 1) return false;
        const auto name = NameView::read(packet_.subspan(at_));
        if (!name || left() < name->size() + 4) return false;
        const Octet* const tail = data_ + at_ + name->size();
        out_.question = packet_.subspan(at_, name->size() + 4);
        out_.name = *name;
        out_.lower_name.assign_lower(*name);
        out_.type = static_cast<RrType>(load_u16(tail));
        out_.rr_class = static_cast<RrClass>(load_u16(tail + 2));
        at_ += out_.question.size();
        return true;
    }

    /// A QUERY without a question asks for a cookie (RFC 7873 section 5.4).
    bool asks() const {
        const bool empty = out_.opcode == Opcode::query && out_.question.empty();
        return !empty || !out_.edns.cookie.empty();
    }

    bool counts_fit(std::size_t answers, std::size_t authorities) const {
        if (out_.opcode != Opcode::query) return true;
        return answers == 0 && authorities <= (out_.type == RrType::ixfr ? 1U : 0U);
    }

    /// Over a name that may end in a pointer.
    bool skip_name() {
        while (at_ < packet_.size()) {
            const Octet length = data_[at_];
            if (length == 0) return ++at_, true;
            if (length >= 0xc0) return at_ += 2, at_ <= packet_.size();
            if (length > kMaxLabelBytes) return false;
            at_ += 1U + length;
        }
        return false;
    }

    bool read_record(Record& record) {
        record.start = at_;
        if (!skip_name() || left() < kFixedBytes) return false;
        record.fixed = data_ + at_;
        at_ += kFixedBytes;
        if (left() < record.rdata_bytes()) return false;
        at_ += record.rdata_bytes();
        return true;
    }

    bool read_additional(bool last) {
        Record record;
        if (!read_record(record)) return false;
        if (record.type() == RrType::opt) return read_opt(record);
        if (record.type() != RrType::tsig) return true;
        out_.tsig_at = record.start;
        return last;
    }

    bool read_opt(const Record& record) {
        const bool at_root = data_[record.start] == 0;
        if (out_.edns.present || !at_root) return false;
        const std::uint32_t ttl = load_u32(record.fixed + 4);
        out_.edns.present = true;
        out_.edns.payload_bytes = load_u16(record.fixed + 2);
        out_.edns.version = static_cast<std::uint8_t>(ttl >> 16);
        out_.edns.dnssec_ok = (ttl & kOptDnssecOk) != 0;
        if (out_.edns.version != 0) return true;  // its options may look different
        return read_options(bytes_of(record.fixed + kFixedBytes, record.rdata_bytes()));
    }

    bool read_options(Bytes options) {
        while (!options.empty()) {
            if (options.size() < kOptionHeaderBytes) return false;
            const auto code = static_cast<OptionCode>(load_u16(octets(options)));
            const std::size_t size = load_u16(octets(options) + 2);
            options = options.subspan(kOptionHeaderBytes);
            if (options.size() < size) return false;
            if (code == OptionCode::cookie && !read_cookie(options.first(size))) return false;
            options = options.subspan(size);
        }
        return true;
    }

    /// RFC 7873 section 5.2: all but the first are ignored.
    bool read_cookie(Bytes cookie) {
        if (!out_.edns.cookie.empty()) return true;
        constexpr std::size_t kLeast = kClientCookieBytes + kMinServerCookieBytes;
        constexpr std::size_t kMost = kClientCookieBytes + kMaxServerCookieBytes;
        const bool both = cookie.size() >= kLeast && cookie.size() <= kMost;
        if (cookie.size() != kClientCookieBytes && !both) return false;
        out_.edns.cookie = cookie;
        return true;
    }

    Bytes packet_;
    const Octet* data_;
    Query& out_;
    std::size_t at_;
};

void read_header(const Octet* data, Query& out) {
    const std::uint16_t flags = load_u16(data + 2);
    out.id = load_u16(data);
    out.opcode = static_cast<Opcode>(flags >> kOpcodeShift & kOpcodeMask);
    out.recursion_desired = (flags & kFlagRecursionDesired) != 0;
    out.checking_disabled = (flags & kFlagCheckingDisabled) != 0;
    out.question = {};
    out.name = {};
    out.type = {};
    out.rr_class = {};
    out.edns = {};
    out.tsig_at = 0;
}

}  // namespace

QueryStatus parse_query(Bytes packet, Query& out) {
    if (packet.size() < kHeaderBytes) return QueryStatus::ignored;
    if ((load_u16(octets(packet) + 2) & kFlagResponse) != 0) return QueryStatus::ignored;
    read_header(octets(packet), out);
    return QueryParser(packet, out).parse() ? QueryStatus::ok : QueryStatus::malformed;
}

}  // namespace homeport::dns
