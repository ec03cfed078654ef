#pragma once
/// What a server must know of rdata in wire form: whether it is well-formed, where names stand in
/// it and how they are treated. Types without a row in rdata.cpp are opaque (RFC 3597).

#include "core/result.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeport::dns {

/// How a name inside rdata is treated.
enum class NameUse : std::uint8_t {
    compressed,  ///< types of RFC 1035: may be compressed on output; lower case in canonical form
    expanded,    ///< compressed by some senders (RFC 3597 section 4), never by us; lower case
    plain,       ///< never compressed, case kept: NSEC (RFC 6840 section 5.1), SVCB (RFC 9460)
};

/// Where names stand: all names of a type follow each other, behind `before` octets; `before` of
/// NAPTR, which has texts there, is found by looking.
struct NamesInRdata {
    std::size_t before = 0;
    std::size_t count = 0;
    NameUse use = NameUse::plain;
};

/// Of rdata whose octets in front of the names are all there. No names: count is 0.
NamesInRdata names_in_rdata(RrType type, Bytes rdata);

/// True when the writer has something to compress: NS, CNAME, SOA, PTR, MX and the old mail types.
constexpr bool has_compressible_names(RrType type) {
    constexpr std::uint64_t kTypes = 1U << 2 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 |
                                     1U << 8 | 1U << 9 | 1U << 12 | 1U << 14 | 1U << 15;
    const auto number = static_cast<std::uint16_t>(type);
    return number < 64 && (kTypes >> number & 1) != 0;
}

/// Errors (invalid): `rdata`, without compression, is not what the type's RFC says.
Result<> check_rdata(RrType type, Bytes rdata);

/// The form of RFC 4034 section 6.2 as amended by RFC 6840 section 5.1. Requires checked rdata.
std::vector<std::byte> canonical_rdata(RrType type, Bytes rdata);
/// The same data to DNSSEC and to RFC 2181 section 5. Requires checked rdata.
bool same_rdata(RrType type, Bytes left, Bytes right);

/// A view of checked SOA rdata (RFC 1035 section 3.3.13). Times are in seconds.
class SoaView {
public:
    explicit SoaView(Bytes rdata) : tail_(octets(rdata) + rdata.size() - kTailBytes) {}

    std::uint32_t serial() const { return load_u32(tail_); }
    std::uint32_t refresh() const { return load_u32(tail_ + 4); }
    std::uint32_t retry() const { return load_u32(tail_ + 8); }
    std::uint32_t expire() const { return load_u32(tail_ + 12); }
    std::uint32_t minimum() const { return load_u32(tail_ + 16); }

private:
    friend std::vector<std::byte> with_serial(Bytes soa, std::uint32_t serial);
    static constexpr std::size_t kTailBytes = 20;
    const Octet* tail_;
};

/// Checked SOA rdata with another serial.
std::vector<std::byte> with_serial(Bytes soa, std::uint32_t serial);
/// `left` is newer than `right` in the arithmetic of RFC 1982; false where that is undefined.
constexpr bool serial_after(std::uint32_t left, std::uint32_t right) {
    return left != right && left - right < 0x80000000U;
}

}  // namespace homeport::dns
