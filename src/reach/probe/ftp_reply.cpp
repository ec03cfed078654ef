#include "reach/probe/ftp_reply.hpp"

#include "core/text.hpp"
#include "reach/probe/limits.hpp"

#include <algorithm>
#include <array>

namespace homeport::reach {
namespace {

constexpr std::size_t kCodeBytes = 3;
/// The code of 227 and the blank behind it: the numbers come later.
constexpr std::size_t kTextAt = kCodeBytes + 1;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The code that a line begins with; 0: none.
unsigned code_of(std::string_view line) {
    if (line.size() < kCodeBytes || !std::ranges::all_of(line.substr(0, kCodeBytes), is_digit))
        return 0;
    const auto code = parse_uint(line.substr(0, kCodeBytes), 599);
    return code && *code >= 100 ? static_cast<unsigned>(*code) : 0;
}

bool ends_code(std::string_view line) {
    return line.size() == kCodeBytes || line[kCodeBytes] == ' ';
}

/// Takes a number of at most 255 off the front.
std::optional<std::uint8_t> take_octet(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit);
    const auto digits = static_cast<std::size_t>(end - text.begin());
    const auto value = digits <= 3 ? parse_uint(text.substr(0, digits), 255) : std::nullopt;
    text.remove_prefix(digits);
    if (!value) return std::nullopt;
    return static_cast<std::uint8_t>(*value);
}

}  // namespace

FtpReplyReader::Next FtpReplyReader::next(FtpReply& reply) {
    std::string_view line;
    while (true) {
        const LineReader::Next next = lines_.next(line);
        if (next == LineReader::Next::none) return Next::none;
        if (next == LineReader::Next::too_long) return bad(lines_.rest());
        const Next taken = take(line, reply);
        if (taken != Next::none) return taken;
    }
}

/// In an answer of several lines only the one with the first line's code and a blank is the end;
/// what stands between is anything.
FtpReplyReader::Next FtpReplyReader::take(std::string_view line, FtpReply& reply) {
    const unsigned code = code_of(line);
    if (open_lines_ == 0) {
        if (code == 0 || (!ends_code(line) && line[kCodeBytes] != '-')) return bad(line);
        open_ = {code, std::string(line)};
    } else if (open_lines_ == kMaxFtpReplyLines) {
        return bad(line);
    }
    ++open_lines_;
    if (code != open_.code || !ends_code(line)) return Next::none;
    open_lines_ = 0;
    reply = std::move(open_);
    return Next::reply;
}

FtpReplyReader::Next FtpReplyReader::bad(std::string_view line) {
    odd_ = line.substr(0, kMaxProbeLineBytes);
    return Next::bad;
}

/// The delimiter is any printable character, the same one four times.
std::optional<std::uint16_t> parse_epsv(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos) return std::nullopt;
    text.remove_prefix(open + 1);
    if (text.size() < 4 || is_digit(text[0]) || text[1] != text[0] || text[2] != text[0])
        return std::nullopt;
    const char mark = text[0];
    text.remove_prefix(3);
    const std::size_t end = text.find(mark);
    if (end == std::string_view::npos) return std::nullopt;
    const auto port = parse_uint(text.substr(0, end), 0xffff);
    if (!port || *port == 0) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

std::optional<Endpoint> parse_pasv(std::string_view text) {
    text.remove_prefix(std::min(kTextAt, text.size()));
    const auto first = std::ranges::find_if(text, is_digit);
    text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
    std::array<std::uint8_t, 6> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && !text.starts_with(',')) return std::nullopt;
        if (i > 0) text.remove_prefix(1);
        const auto value = take_octet(text);
        if (!value) return std::nullopt;
        numbers[i] = *value;
    }
    const auto port = static_cast<std::uint16_t>(numbers[4] << 8 | numbers[5]);
    return Endpoint{IpAddress::v4({numbers[0], numbers[1], numbers[2], numbers[3]}), port};
}

}  // namespace homeport::reach
