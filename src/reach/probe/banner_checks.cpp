#include "reach/probe/banner_checks.hpp"

#include "reach/probe/limits.hpp"

#include <algorithm>
#include <cstdint>

namespace homeport::reach {
namespace {

constexpr std::uint16_t kHttpPort = 80;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "HTTP/1.1 200", whatever follows.
bool is_status_line(std::string_view line) {
    constexpr std::string_view kVersion = "HTTP/1.";
    constexpr std::size_t kStatusAt = kVersion.size() + 2;
    if (line.size() < kStatusAt + 3 || !line.starts_with(kVersion)) return false;
    return is_digit(line[kStatusAt - 2]) && line[kStatusAt - 1] == ' ' &&
           std::ranges::all_of(line.substr(kStatusAt, 3), is_digit);
}

/// RFC 9110 section 7.2: the port is left out when it is the scheme's.
std::string host_field(const ProbeOrder& order) {
    const bool usual = order.to.port == kHttpPort;
    if (!order.host.empty())
        return usual ? order.host : order.host + ":" + std::to_string(order.to.port);
    if (!usual) return order.to.to_string();
    const std::string address = order.to.address.to_string();
    return order.to.address.is_v4() ? address : "[" + address + "]";
}

}  // namespace

void LineCheck::on_bytes(Bytes bytes) {
    if (outcome()) return;
    reader_.add(bytes);
    std::string_view line;
    while (!outcome()) {
        const LineReader::Next next = reader_.next(line);
        if (next == LineReader::Next::none) return;
        if (next == LineReader::Next::line) {
            note(line);
        } else {
            judge_rest();
            reject(first_);
        }
    }
}

void LineCheck::note(std::string_view line) {
    if (first_.empty()) first_ = for_people(line);
    on_line(line);
}

void LineCheck::judge_rest() {
    const std::string_view rest = reader_.rest().substr(0, kMaxProbeLineBytes);
    if (!outcome() && !rest.empty()) note(rest);
}

void LineCheck::on_end(bool cut) {
    judge_rest();
    if (first_.empty()) return Check::on_end(cut);
    reject(first_);
}

void LineCheck::on_silence() {
    judge_rest();
    if (first_.empty()) return Check::on_silence();
    reject(first_);
}

void LineCheck::on_too_much() {
    reject(first_);
}

void LineCheck::reject(std::string_view line) {
    finish(ProbeResult::somebody_else,
           "answers, but not with " + std::string(wanted_) + ": " + for_people(line));
}

HttpCheck::HttpCheck(const ProbeOrder& order) : LineCheck("HTTP"), host_(host_field(order)) {}

void HttpCheck::on_connected() {
    say("GET / HTTP/1.1\r\nHost: " + host_ + "\r\nConnection: close\r\n\r\n");
}

void HttpCheck::on_line(std::string_view line) {
    if (!is_status_line(line)) return reject(line);
    finish(ProbeResult::arrived, for_people(line));
}

/// RFC 5321 section 4.2: "220" alone or with text; a hyphen says that more lines follow, and they
/// may take their time.
void SmtpCheck::on_line(std::string_view line) {
    const bool greeting =
        line.starts_with("220") && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
    if (!greeting) return reject(line);
    say("QUIT\r\n");
    finish(ProbeResult::arrived, for_people(line));
}

/// RFC 4253 section 4.2: other lines may come first.
void SshCheck::on_line(std::string_view line) {
    if (line.starts_with("SSH-")) finish(ProbeResult::arrived, for_people(line));
}

}  // namespace homeport::reach
