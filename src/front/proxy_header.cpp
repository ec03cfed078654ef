#include "front/proxy_header.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace homeport::front {
namespace {

using Status = ProxyResult::Status;

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::string_view kV2Start("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV2HeaderBytes = 16;

constexpr ProxyResult kMalformed{Status::malformed, 0, std::nullopt};
constexpr ProxyResult kNeedMore{Status::need_more, 0, std::nullopt};

/// Takes the next word; words are parted by exactly one space.
std::string_view next_word(std::string_view& rest) {
    const auto space = rest.find(' ');
    const std::string_view word = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    return word;
}

std::optional<std::uint16_t> v1_port(std::string_view text) {
    const bool padded = text.size() > 1 && text.front() == '0';
    const auto port = parse_uint(text, 65535);
    if (!port || padded) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// "TCP4 192.0.2.1 192.0.2.2 1234 80", behind "PROXY ".
std::optional<ProxyResult::Addresses> parse_v1_words(std::string_view rest) {
    const std::string_view family = next_word(rest);
    const std::string_view source_text = next_word(rest);
    const std::string_view destination_text = next_word(rest);
    const std::string_view source_port_text = next_word(rest);
    const auto source = IpAddress::parse(source_text);
    const auto destination = IpAddress::parse(destination_text);
    const auto source_port = v1_port(source_port_text);
    const auto destination_port = v1_port(rest);
    if (!source || !destination || !source_port || !destination_port) return std::nullopt;
    // The notation must be the family's; a mapped IPv6 address is stored as IPv4, so look at the
    // text.
    const bool v6 = source_text.find(':') != std::string_view::npos;
    const bool destination_v6 = destination_text.find(':') != std::string_view::npos;
    if (family != (v6 ? "TCP6" : "TCP4") || v6 != destination_v6) return std::nullopt;
    return ProxyResult::Addresses{{*source, *source_port}, {*destination, *destination_port}};
}

ProxyResult parse_v1(std::string_view text) {
    const auto newline = text.substr(0, kMaxProxyV1Bytes).find('\n');
    if (newline == std::string_view::npos) {
        return text.size() >= kMaxProxyV1Bytes ? kMalformed : kNeedMore;
    }
    if (text[newline - 1] != '\r') return kMalformed;
    const std::string_view words = text.substr(kV1Start.size(), newline - 1 - kV1Start.size());
    const std::size_t bytes = newline + 1;
    if (words == "UNKNOWN" || words.starts_with("UNKNOWN ")) {
        return {Status::complete, bytes, std::nullopt};
    }
    const auto addresses = parse_v1_words(words);
    if (!addresses) return kMalformed;
    return {Status::complete, bytes, addresses};
}

IpAddress read_address(Reader& reader, bool v4) {
    std::array<std::uint8_t, 16> octets{};
    const Bytes bytes = reader.take(v4 ? 4 : 16);
    std::transform(bytes.begin(), bytes.end(), octets.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return v4 ? IpAddress::v4({octets[0], octets[1], octets[2], octets[3]}) : IpAddress::v6(octets);
}

ProxyResult parse_v2(Bytes input) {
    if (input.size() < kV2HeaderBytes) return kNeedMore;
    Reader reader(input.subspan(kV2Start.size()));
    const std::uint8_t version_command = reader.u8();
    const std::uint8_t family = reader.u8();
    const std::uint16_t length = reader.u16();
    const unsigned command = version_command & 0x0fU;
    if (version_command >> 4 != 2 || command > 1 || length > kMaxProxyV2Bytes) return kMalformed;
    if (reader.remaining() < length) return kNeedMore;
    ProxyResult result{Status::complete, kV2HeaderBytes + length, std::nullopt};
    const bool v4 = family == 0x11;  // TCP over IPv4; 0x21: TCP over IPv6
    if (command == 0 || (!v4 && family != 0x21)) return result;
    Reader block(reader.take(length));
    const IpAddress source = read_address(block, v4);
    const IpAddress destination = read_address(block, v4);
    const std::uint16_t source_port = block.u16();
    const std::uint16_t destination_port = block.u16();
    if (!block.ok()) return kMalformed;
    result.addresses = {{source, source_port}, {destination, destination_port}};
    return result;
}

bool matches_so_far(std::string_view text, std::string_view start) {
    const std::size_t common = std::min(text.size(), start.size());
    return text.substr(0, common) == start.substr(0, common);
}

}  // namespace

ProxyResult parse_proxy_header(Bytes input) {
    const std::string_view text = as_text(input);
    const std::string_view start = text.starts_with('P') ? kV1Start : kV2Start;
    if (!matches_so_far(text, start)) return kMalformed;
    if (text.size() < start.size()) return kNeedMore;
    return start == kV1Start ? parse_v1(text) : parse_v2(input);
}

}  // namespace homeport::front
