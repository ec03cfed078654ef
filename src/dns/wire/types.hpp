#pragma once
/// Numbers of the DNS and their mnemonics (IANA "Domain Name System (DNS) Parameters"). An enum may
/// hold any value of its width: what arrives is kept, known or not (RFC 3597).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::dns {

enum class RrType : std::uint16_t {
    a = 1,
    ns = 2,
    md = 3,
    mf = 4,
    cname = 5,
    soa = 6,
    mb = 7,
    mg = 8,
    mr = 9,
    null = 10,
    wks = 11,
    ptr = 12,
    hinfo = 13,
    minfo = 14,
    mx = 15,
    txt = 16,
    rp = 17,
    afsdb = 18,
    rt = 21,
    sig = 24,
    key = 25,
    px = 26,
    aaaa = 28,
    loc = 29,
    srv = 33,
    naptr = 35,
    kx = 36,
    cert = 37,
    dname = 39,
    opt = 41,
    ds = 43,
    sshfp = 44,
    rrsig = 46,
    nsec = 47,
    dnskey = 48,
    nsec3 = 50,
    nsec3param = 51,
    tlsa = 52,
    smimea = 53,
    cds = 59,
    cdnskey = 60,
    openpgpkey = 61,
    csync = 62,
    zonemd = 63,
    svcb = 64,
    https = 65,
    tkey = 249,
    tsig = 250,
    ixfr = 251,
    axfr = 252,
    mailb = 253,
    maila = 254,
    any = 255,
    uri = 256,
    caa = 257,
};

enum class RrClass : std::uint16_t { in = 1, ch = 3, hs = 4, none = 254, any = 255 };

enum class Opcode : std::uint8_t { query = 0, iquery = 1, status = 2, notify = 4, update = 5 };

enum class Rcode : std::uint16_t {
    no_error = 0,
    form_err = 1,
    serv_fail = 2,
    nx_domain = 3,
    not_imp = 4,
    refused = 5,
    yx_domain = 6,
    yx_rrset = 7,
    nx_rrset = 8,
    not_auth = 9,
    not_zone = 10,
    bad_vers = 16,  ///< from here on the upper bits stand in OPT
    bad_key = 17,
    bad_time = 18,
    bad_cookie = 23,
};

/// Options of OPT (RFC 6891).
enum class OptionCode : std::uint16_t { nsid = 3, client_subnet = 8, cookie = 10, error = 15 };

/// Bits of the header's second word (RFC 1035 section 4.1.1, RFC 4035 section 3).
inline constexpr std::uint16_t kFlagResponse = 0x8000;
inline constexpr std::uint16_t kFlagAuthoritative = 0x0400;
inline constexpr std::uint16_t kFlagTruncated = 0x0200;
inline constexpr std::uint16_t kFlagRecursionDesired = 0x0100;
inline constexpr std::uint16_t kFlagAuthenticData = 0x0020;
inline constexpr std::uint16_t kFlagCheckingDisabled = 0x0010;
inline constexpr unsigned kOpcodeShift = 11;
inline constexpr std::uint16_t kOpcodeMask = 0xf;
inline constexpr std::uint16_t kRcodeMask = 0xf;
/// DO, in the TTL field of OPT (RFC 3225).
inline constexpr std::uint32_t kOptDnssecOk = 0x8000;

/// Stands in questions or in one message only, never in a zone: OPT and 128 to 255
/// (RFC 6895 section 3.1).
constexpr bool is_meta(RrType type) {
    const auto number = static_cast<std::uint16_t>(type);
    return number == 0 || type == RrType::opt || (number >= 128 && number <= 255);
}

/// "AAAA", or "TYPE65280" for what has no mnemonic here (RFC 3597 section 5).
std::string to_text(RrType type);
/// Reads both forms, in any case.
std::optional<RrType> parse_rr_type(std::string_view text);

std::string to_text(RrClass rr_class);
std::optional<RrClass> parse_rr_class(std::string_view text);

/// "NOERROR", "RCODE3841".
std::string to_text(Rcode rcode);
/// "QUERY", "OPCODE15".
std::string to_text(Opcode opcode);

}  // namespace homeport::dns
