#pragma once
/// For tests: names, rdata and requests in few words, hostile names, and messages as lines of text.

#include "core/ip.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/query.hpp"
#include "dns/wire/rdata.hpp"
#include "dns/wire/rrset.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::dns::testing {

using Octets = std::vector<std::byte>;

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t bound) { return next() % bound; }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <class List>
    const auto& pick(const List& list) {
        return list.begin()[below(list.size())];
    }

private:
    std::uint64_t state_;
};

inline Name name(std::string_view text) {
    return Name::parse(text).value();
}

class Build {
public:
    Build& u8(unsigned value) { return raw({static_cast<int>(value)}); }
    Build& u16(unsigned value) { return u8(value >> 8 & 0xff).u8(value & 0xff); }
    Build& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
    Build& raw(std::initializer_list<int> values) {
        for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
        return *this;
    }
    Build& add(Bytes more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return *this;
    }
    Build& name(std::string_view text) { return add(testing::name(text).view().wire()); }
    Build& text(std::string_view text) {
        return u8(static_cast<unsigned>(text.size())).add(as_bytes(text));
    }

    Octets bytes;
};

inline Octets address(std::string_view text) {
    const IpAddress ip = IpAddress::parse(text).value();
    const auto octets = std::as_bytes(std::span(ip.octets())).first(ip.size());
    return {octets.begin(), octets.end()};
}
inline Octets target(std::string_view text) {
    return Build().name(text).bytes;
}
inline Octets text(std::string_view text) {
    return Build().text(text).bytes;
}
inline Octets mx(unsigned preference, std::string_view host) {
    return Build().u16(preference).name(host).bytes;
}
inline Octets soa(std::uint32_t serial, std::uint32_t minimum = 300) {
    return Build()
        .name("ns1.example.")
        .name("hostmaster.example.")
        .u32(serial)
        .u32(3600)
        .u32(600)
        .u32(86400)
        .u32(minimum)
        .bytes;
}
inline Octets rrsig(RrType covered, std::string_view signer = "example.") {
    return Build()
        .u16(static_cast<unsigned>(covered))
        .raw({13, 1})
        .u32(3600)
        .u32(2000000000)
        .u32(1000000000)
        .u16(12345)
        .name(signer)
        .text("fake")
        .bytes;
}
inline Octets nsec(std::string_view next) {
    return Build().name(next).raw({0, 1, 0x40}).bytes;
}
inline RdataList list(std::initializer_list<Octets> records) {
    RdataList all;
    for (const Octets& rdata : records) all.add(rdata);
    return all;
}

/// What a request may have beyond its question.
struct Ask {
    RrClass rr_class = RrClass::in;
    bool edns = false;
    bool dnssec_ok = false;
    unsigned payload_bytes = 1232;
    unsigned version = 0;
    unsigned flags = 0x0100;  ///< RD
    Octets options;
};

/// A request for `owner` in wire form.
inline Octets request(NameView owner, RrType type, const Ask& ask = {}) {
    Build packet;
    packet.u16(0x1234).u16(ask.flags).u16(1).u16(0).u16(0).u16(ask.edns || ask.dnssec_ok ? 1 : 0);
    packet.add(owner.wire()).u16(static_cast<unsigned>(type));
    packet.u16(static_cast<unsigned>(ask.rr_class));
    if (!ask.edns && !ask.dnssec_ok) return packet.bytes;
    packet.u8(0).u16(41).u16(ask.payload_bytes);
    packet.u32(ask.version << 16 | (ask.dnssec_ok ? kOptDnssecOk : 0));
    packet.u16(static_cast<unsigned>(ask.options.size())).add(ask.options);
    return packet.bytes;
}
inline Octets request(std::string_view owner, RrType type, const Ask& ask = {}) {
    return request(name(owner).view(), type, ask);
}

/// Names that are hard on parsers and tries: any octet, long and many labels, capitals, stars.
inline Name hostile_name(Random& random, NameView apex) {
    static constexpr std::string_view kOctets = "aAbBzZ019-_*.\\@[`{/,+!\0\x01\x7f\x80\xff ";
    Name name(apex);
    const std::size_t labels = random.one_in(50) ? 127 : random.below(5);
    for (std::size_t i = 0; i < labels; ++i) {
        std::string label(random.one_in(20) ? 1 + random.below(63) : 1 + random.below(3), 'a');
        for (char& c : label)
            c = random.one_in(8) ? static_cast<char>(random.next()) : random.pick(kOctets);
        if (random.one_in(6)) label = "*";
        auto longer = Name::child(label, name);
        if (!longer) return name;
        name = std::move(*longer);
    }
    return name;
}

}  // namespace homeport::dns::testing
