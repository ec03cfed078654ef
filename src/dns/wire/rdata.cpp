#include "dns/wire/rdata.hpp"

#include <algorithm>
#include <string_view>

namespace homeport::dns {
namespace {

/// The parts of a type's rdata, one letter each:
///   1 2 4 8  so many octets
///   n e p    a name: compressed, expanded, plain (NameUse)
///   s t      a character-string; one or more of them
///   c        the tag of CAA (RFC 8659 section 4.1)
///   v        parameters of SVCB (RFC 9460 section 2.2)
///   b        a bitmap of types (RFC 4034 section 4.1.2)
///   * +      the rest; a rest that is not empty
struct Format {
    RrType type;
    std::string_view parts;
};

constexpr Format kFormats[] = {
    {RrType::a, "4"},         {RrType::ns, "n"},         {RrType::md, "n"},
    {RrType::mf, "n"},        {RrType::cname, "n"},      {RrType::soa, "nn44444"},
    {RrType::mb, "n"},        {RrType::mg, "n"},         {RrType::mr, "n"},
    {RrType::ptr, "n"},       {RrType::hinfo, "ss"},     {RrType::minfo, "nn"},
    {RrType::mx, "2n"},       {RrType::txt, "t"},        {RrType::rp, "ee"},
    {RrType::afsdb, "2e"},    {RrType::rt, "2e"},        {RrType::px, "2ee"},
    {RrType::aaaa, "88"},     {RrType::srv, "222e"},     {RrType::naptr, "22ssse"},
    {RrType::kx, "2e"},       {RrType::dname, "e"},      {RrType::ds, "211+"},
    {RrType::sshfp, "11+"},   {RrType::rrsig, "882e+"},  {RrType::nsec, "pb"},
    {RrType::dnskey, "211+"}, {RrType::tlsa, "111+"},    {RrType::smimea, "111+"},
    {RrType::cds, "211+"},    {RrType::cdnskey, "211+"}, {RrType::svcb, "2pv"},
    {RrType::https, "2pv"},   {RrType::caa, "1c*"},
};

std::string_view format_of(RrType type) {
    const auto* const row = std::ranges::find(kFormats, type, &Format::type);
    return row == std::end(kFormats) ? "*" : row->parts;
}

bool is_name(char part) {
    return part == 'n' || part == 'e' || part == 'p';
}

NameUse use_of(char part) {
    return part == 'n' ? NameUse::compressed : part == 'e' ? NameUse::expanded : NameUse::plain;
}

/// Octets of the character-string at the start, with its length; more than there are if it is cut.
std::size_t string_bytes(Bytes rest) {
    return rest.empty() ? 1 : 1 + std::to_integer<std::size_t>(rest[0]);
}

bool take_strings(Reader& in) {
    Bytes rest = in.rest();
    if (rest.empty()) return false;
    while (!rest.empty()) {
        const std::size_t size = string_bytes(rest);
        if (size > rest.size()) return false;
        rest = rest.subspan(size);
    }
    return true;
}

bool take_caa_tag(Reader& in) {
    const std::string_view tag = as_text(in.take(in.u8()));
    return in.ok() && !tag.empty() && std::ranges::all_of(tag, [](char c) {
               const Octet lower = to_lower(static_cast<Octet>(c));
               return (lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'z');
           });
}

/// Keys rise strictly (RFC 9460 section 2.2).
bool take_service_parameters(Reader& in) {
    for (int last = -1; in.remaining() > 0;) {
        const int key = in.u16();
        in.take(in.u16());
        if (!in.ok() || key <= last) return false;
        last = key;
    }
    return true;
}

/// Windows rise strictly, none is empty, none ends in a zero octet.
bool take_bitmap(Reader& in) {
    for (int last = -1; in.remaining() > 0;) {
        const int window = in.u8();
        const std::size_t size = in.u8();
        const Bytes bits = in.take(size);
        if (!in.ok() || window <= last || size == 0 || size > 32) return false;
        if (bits.back() == std::byte{0}) return false;
        last = window;
    }
    return true;
}

bool take_name(Reader& in, Bytes rdata) {
    const auto name = NameView::read(rdata.last(in.remaining()));
    return name && !in.take(name->size()).empty();
}

bool take_part(char part, Reader& in, Bytes rdata) {
    switch (part) {
    case 'n':
    case 'e':
    case 'p':
        return take_name(in, rdata);
    case 's':
        in.take(in.u8());
        return in.ok();
    case 't':
        return take_strings(in);
    case 'c':
        return take_caa_tag(in);
    case 'v':
        return take_service_parameters(in);
    case 'b':
        return take_bitmap(in);
    case '+':
        return !in.rest().empty();
    case '*':
        in.rest();
        return true;
    default:
        in.take(static_cast<std::size_t>(part - '0'));
        return in.ok();
    }
}

}  // namespace

NamesInRdata names_in_rdata(RrType type, Bytes rdata) {
    NamesInRdata names;
    for (const char part : format_of(type)) {
        if (is_name(part)) {
            names.use = use_of(part);
            ++names.count;
        } else if (names.count > 0) {
            break;
        } else if (part == 's') {
            names.before += string_bytes(rdata.subspan(std::min(names.before, rdata.size())));
        } else if (part >= '1' && part <= '8') {
            names.before += static_cast<std::size_t>(part - '0');
        }
    }
    return names;
}

Result<> check_rdata(RrType type, Bytes rdata) {
    if (rdata.size() > kMaxMessageBytes)
        return fail(Errc::invalid, to_text(type) + ": more than 65535 octets of data");
    Reader in(rdata);
    for (const char part : format_of(type)) {
        if (!take_part(part, in, rdata))
            return fail(Errc::invalid, to_text(type) + ": malformed data");
    }
    if (!in.done()) return fail(Errc::invalid, to_text(type) + ": data after its end");
    return {};
}

std::vector<std::byte> canonical_rdata(RrType type, Bytes rdata) {
    std::vector<std::byte> canonical(rdata.begin(), rdata.end());
    const NamesInRdata names = names_in_rdata(type, rdata);
    if (names.use == NameUse::plain) return canonical;
    std::size_t end = names.before;
    for (std::size_t i = 0; i < names.count; ++i) end += NameView::read(rdata.subspan(end))->size();
    for (std::size_t at = names.before; at < end; ++at)
        canonical[at] = static_cast<std::byte>(to_lower(static_cast<Octet>(canonical[at])));
    return canonical;
}

bool same_rdata(RrType type, Bytes left, Bytes right) {
    if (left.size() != right.size()) return false;
    if (std::ranges::equal(left, right)) return true;
    return canonical_rdata(type, left) == canonical_rdata(type, right);
}

std::vector<std::byte> with_serial(Bytes soa, std::uint32_t serial) {
    std::vector<std::byte> changed(soa.begin(), soa.end());
    std::byte* const tail = changed.data() + changed.size() - SoaView::kTailBytes;
    store_u32(reinterpret_cast<Octet*>(tail), serial);
    return changed;
}

}  // namespace homeport::dns
