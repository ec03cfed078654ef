#include "reach/wire/ssdp.hpp"

#include "core/text.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>
#include <limits>

namespace homeport::reach {
namespace {

struct Line {
    std::string_view name;
    std::string_view value;
};

/// Takes the next line off `rest`; lines may end with a bare line feed.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return trim_spaces(line);
}

Line split(std::string_view line) {
    const auto colon = std::min(line.find(':'), line.size());
    return {trim_spaces(line.substr(0, colon)),
            trim_spaces(line.substr(std::min(colon + 1, line.size())))};
}

/// "uuid:x::urn:y" and "uuid:x" are of the device x.
std::string uuid_of(std::string_view usn) {
    constexpr std::string_view kMark = "uuid:";
    if (!equals_ignoring_case(usn.substr(0, kMark.size()), kMark)) return {};
    usn.remove_prefix(kMark.size());
    const std::string_view uuid = usn.substr(0, usn.find("::"));
    return uuid.size() <= kMaxUuidBytes ? to_lower(uuid) : std::string();
}

bool read_kind(std::string_view nts, SsdpMessage::Kind& kind) {
    if (equals_ignoring_case(nts, "ssdp:alive")) {
        kind = SsdpMessage::Kind::alive;
    } else if (equals_ignoring_case(nts, "ssdp:update")) {
        kind = SsdpMessage::Kind::update;
    } else if (equals_ignoring_case(nts, "ssdp:byebye")) {
        kind = SsdpMessage::Kind::bye;
    } else {
        return false;
    }
    return true;
}

void read_field(const Line& line, SsdpMessage& message) {
    const auto is = [&](std::string_view name) { return equals_ignoring_case(line.name, name); };
    if (is("ST") || is("NT")) message.target = plain_words(line.value);
    if (is("USN")) message.uuid = uuid_of(line.value);
    if (is("LOCATION") && line.value.size() <= kMaxUrlBytes) message.location = line.value;
    if (is("SERVER")) message.server = plain_words(line.value);
    if (is("BOOTID.UPNP.ORG")) {
        const auto id = parse_uint(line.value, std::numeric_limits<std::uint32_t>::max());
        if (id) message.boot_id = static_cast<std::uint32_t>(*id);
    }
}

bool is_answer(std::string_view first_line) {
    return first_line.starts_with("HTTP/1.") && first_line.size() > 8 &&
           trim_spaces(first_line.substr(8)).starts_with("200");
}

}  // namespace

Endpoint ssdp_group_v4() {
    return {IpAddress::v4({239, 255, 255, 250}), kSsdpPort};
}

Endpoint ssdp_group_v6() {
    return {IpAddress::v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0c}), kSsdpPort};
}

std::string write_search(const Endpoint& to, std::string_view target, Duration mx) {
    const auto seconds = std::clamp<std::int64_t>(to_ms(mx) / 1000, 1, 5);
    std::string text = "M-SEARCH * HTTP/1.1\r\nHOST: " + to.to_string();
    text.append("\r\nMAN: \"ssdp:discover\"\r\nMX: ").append(std::to_string(seconds));
    text.append("\r\nST: ").append(target).append("\r\n\r\n");
    return text;
}

Result<SsdpMessage> read_ssdp(Bytes datagram) {
    if (datagram.size() > kMaxSsdpBytes) return fail(Errc::protocol, "too long for SSDP");
    std::string_view rest = as_text(datagram);
    const std::string_view first = take_line(rest);
    const bool notify = first.starts_with("NOTIFY ");
    if (!notify && !is_answer(first)) return fail(Errc::protocol, "neither answer nor NOTIFY");
    SsdpMessage message;
    bool known = !notify;
    for (std::size_t lines = 0; lines < kMaxSsdpLines && !rest.empty(); ++lines) {
        const Line line = split(take_line(rest));
        if (line.name.empty()) break;
        if (notify && equals_ignoring_case(line.name, "NTS")) {
            known = read_kind(line.value, message.kind);
        }
        read_field(line, message);
    }
    if (!known) return fail(Errc::protocol, "a NOTIFY of nothing that is known");
    if (message.kind != SsdpMessage::Kind::bye && message.location.empty()) {
        return fail(Errc::protocol, "SSDP without a location");
    }
    return message;
}

std::string plain_words(std::string_view text) {
    std::string words(trim_spaces(text).substr(0, kMaxWordsBytes));
    std::ranges::replace_if(words, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return words;
}

}  // namespace homeport::reach
