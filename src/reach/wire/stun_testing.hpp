#pragma once
/// For tests: STUN answers made attribute by attribute.

#include "reach/wire/stun.hpp"

#include <string_view>
#include <vector>

namespace homeport::reach::testing {

inline Endpoint at(std::string_view text) {
    return Endpoint::parse(text).value();
}

inline StunId stun_id(unsigned first) {
    StunId id{};
    for (std::size_t i = 0; i < id.size(); ++i) id.at(i) = static_cast<std::byte>(first + i);
    return id;
}

class StunBuilder {
public:
    explicit StunBuilder(const StunId& id, unsigned type = 0x0101) : id_(id) {
        u16(type);
        u16(0);
        u16(0x2112);
        u16(0xa442);
        bytes_.insert(bytes_.end(), id.begin(), id.end());
    }
    StunBuilder& attribute(unsigned type, const std::vector<unsigned>& octets) {
        u16(type);
        u16(static_cast<unsigned>(octets.size()));
        for (const unsigned one : octets) bytes_.push_back(static_cast<std::byte>(one));
        while (bytes_.size() % 4 != 0) bytes_.push_back(std::byte{0});
        set_length(bytes_.size());
        return *this;
    }
    StunBuilder& address(unsigned type, const Endpoint& endpoint) {
        return attribute(type, octets(endpoint, std::vector<unsigned>(16, 0)));
    }
    StunBuilder& xor_address(const Endpoint& endpoint) {
        std::vector<unsigned> mask{0x21, 0x12, 0xa4, 0x42};
        for (const std::byte one : id_) mask.push_back(std::to_integer<unsigned>(one));
        return attribute(0x0020, octets(endpoint, mask));
    }
    StunBuilder& fingerprint() {
        set_length(bytes_.size() + 8);
        const unsigned crc = stun_crc32(bytes_) ^ 0x5354554eU;
        return attribute(0x8028, {crc >> 24, crc >> 16 & 0xff, crc >> 8 & 0xff, crc & 0xff});
    }
    std::vector<std::byte> bytes() const { return bytes_; }

private:
    void u16(unsigned value) {
        bytes_.push_back(static_cast<std::byte>(value >> 8));
        bytes_.push_back(static_cast<std::byte>(value));
    }
    void set_length(std::size_t size) {
        bytes_[2] = static_cast<std::byte>((size - kStunHeaderBytes) >> 8);
        bytes_[3] = static_cast<std::byte>(size - kStunHeaderBytes);
    }
    static std::vector<unsigned> octets(const Endpoint& endpoint,
                                        const std::vector<unsigned>& mask) {
        std::vector<unsigned> result{0, endpoint.address.is_v4() ? 1U : 2U,
                                     (endpoint.port >> 8U) ^ mask[0],
                                     (endpoint.port & 0xffU) ^ mask[1]};
        for (std::size_t i = 0; i < endpoint.address.size(); ++i)
            result.push_back(endpoint.address.octets().at(i) ^ mask[i]);
        return result;
    }

    StunId id_;
    std::vector<std::byte> bytes_;
};

/// A success answer as a server of RFC 5780 gives it.
inline std::vector<std::byte> stun_answer(const StunId& id, std::string_view mapped,
                                          std::string_view other = "") {
    StunBuilder builder(id);
    builder.xor_address(at(mapped));
    if (!other.empty()) builder.address(0x802c, at(other));
    return builder.bytes();
}

}  // namespace homeport::reach::testing
