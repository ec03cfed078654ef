#include "dns/wire/types.hpp"

#include "core/text.hpp"

#include <array>

namespace homeport::dns {
namespace {

template <class Code>
struct Mnemonic {
    Code code;
    std::string_view text;
};

constexpr Mnemonic<RrType> kTypes[] = {
    {RrType::a, "A"},
    {RrType::ns, "NS"},
    {RrType::md, "MD"},
    {RrType::mf, "MF"},
    {RrType::cname, "CNAME"},
    {RrType::soa, "SOA"},
    {RrType::mb, "MB"},
    {RrType::mg, "MG"},
    {RrType::mr, "MR"},
    {RrType::null, "NULL"},
    {RrType::wks, "WKS"},
    {RrType::ptr, "PTR"},
    {RrType::hinfo, "HINFO"},
    {RrType::minfo, "MINFO"},
    {RrType::mx, "MX"},
    {RrType::txt, "TXT"},
    {RrType::rp, "RP"},
    {RrType::afsdb, "AFSDB"},
    {RrType::rt, "RT"},
    {RrType::sig, "SIG"},
    {RrType::key, "KEY"},
    {RrType::px, "PX"},
    {RrType::aaaa, "AAAA"},
    {RrType::loc, "LOC"},
    {RrType::srv, "SRV"},
    {RrType::naptr, "NAPTR"},
    {RrType::kx, "KX"},
    {RrType::cert, "CERT"},
    {RrType::dname, "DNAME"},
    {RrType::opt, "OPT"},
    {RrType::ds, "DS"},
    {RrType::sshfp, "SSHFP"},
    {RrType::rrsig, "RRSIG"},
    {RrType::nsec, "NSEC"},
    {RrType::dnskey, "DNSKEY"},
    {RrType::nsec3, "NSEC3"},
    {RrType::nsec3param, "NSEC3PARAM"},
    {RrType::tlsa, "TLSA"},
    {RrType::smimea, "SMIMEA"},
    {RrType::cds, "CDS"},
    {RrType::cdnskey, "CDNSKEY"},
    {RrType::openpgpkey, "OPENPGPKEY"},
    {RrType::csync, "CSYNC"},
    {RrType::zonemd, "ZONEMD"},
    {RrType::svcb, "SVCB"},
    {RrType::https, "HTTPS"},
    {RrType::tkey, "TKEY"},
    {RrType::tsig, "TSIG"},
    {RrType::ixfr, "IXFR"},
    {RrType::axfr, "AXFR"},
    {RrType::mailb, "MAILB"},
    {RrType::maila, "MAILA"},
    {RrType::any, "ANY"},
    {RrType::uri, "URI"},
    {RrType::caa, "CAA"},
};

constexpr Mnemonic<RrClass> kClasses[] = {
    {RrClass::in, "IN"},     {RrClass::ch, "CH"},   {RrClass::hs, "HS"},
    {RrClass::none, "NONE"}, {RrClass::any, "ANY"},
};

constexpr Mnemonic<Rcode> kRcodes[] = {
    {Rcode::no_error, "NOERROR"},   {Rcode::form_err, "FORMERR"}, {Rcode::serv_fail, "SERVFAIL"},
    {Rcode::nx_domain, "NXDOMAIN"}, {Rcode::not_imp, "NOTIMP"},   {Rcode::refused, "REFUSED"},
    {Rcode::yx_domain, "YXDOMAIN"}, {Rcode::yx_rrset, "YXRRSET"}, {Rcode::nx_rrset, "NXRRSET"},
    {Rcode::not_auth, "NOTAUTH"},   {Rcode::not_zone, "NOTZONE"}, {Rcode::bad_vers, "BADVERS"},
    {Rcode::bad_key, "BADKEY"},     {Rcode::bad_time, "BADTIME"}, {Rcode::bad_cookie, "BADCOOKIE"},
};

constexpr Mnemonic<Opcode> kOpcodes[] = {
    {Opcode::query, "QUERY"},   {Opcode::iquery, "IQUERY"}, {Opcode::status, "STATUS"},
    {Opcode::notify, "NOTIFY"}, {Opcode::update, "UPDATE"},
};

template <class Code, std::size_t Count>
std::string find_text(const Mnemonic<Code> (&table)[Count], Code code, std::string_view prefix) {
    for (const auto& row : table)
        if (row.code == code) return std::string(row.text);
    return std::string(prefix) + std::to_string(static_cast<unsigned>(code));
}

template <class Code, std::size_t Count>
std::optional<Code> find_code(const Mnemonic<Code> (&table)[Count], std::string_view text,
                              std::string_view prefix) {
    for (const auto& row : table)
        if (equals_ignoring_case(row.text, text)) return row.code;
    if (!equals_ignoring_case(text.substr(0, prefix.size()), prefix)) return std::nullopt;
    const auto number = parse_uint(text.substr(prefix.size()), 0xffff);
    if (!number) return std::nullopt;
    return static_cast<Code>(*number);
}

}  // namespace

std::string to_text(RrType type) {
    return find_text(kTypes, type, "TYPE");
}
std::optional<RrType> parse_rr_type(std::string_view text) {
    return find_code(kTypes, text, "TYPE");
}
std::string to_text(RrClass rr_class) {
    return find_text(kClasses, rr_class, "CLASS");
}
std::optional<RrClass> parse_rr_class(std::string_view text) {
    return find_code(kClasses, text, "CLASS");
}
std::string to_text(Rcode rcode) {
    return find_text(kRcodes, rcode, "RCODE");
}
std::string to_text(Opcode opcode) {
    return find_text(kOpcodes, opcode, "OPCODE");
}

}  // namespace homeport::dns
