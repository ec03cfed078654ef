#include "reach/probe/check.hpp"

#include "reach/probe/banner_checks.hpp"
#include "reach/probe/ftp_check.hpp"
#include "reach/probe/limits.hpp"
#include "reach/probe/proof_check.hpp"
#include "reach/probe/tls_check.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

/// A name or a numeric address: nothing that could end a line or a field.
bool is_host_char(char c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alnum || std::string_view("-._:[]").find(c) != std::string_view::npos;
}

/// UTF-8 may stand in a password, an end of line may not.
bool is_login_char(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= ' ' && octet != 0x7f;
}

}  // namespace

void Check::on_end(bool cut) {
    finish(ProbeResult::somebody_else,
           cut ? "the connection was cut before an answer" : "closed without an answer");
}

void Check::on_silence() {
    finish(ProbeResult::nothing, "connected, but no answer");
}

void Check::on_too_much() {
    finish(ProbeResult::somebody_else, "sends without end");
}

std::string Check::take_output() {
    return std::exchange(output_, {});
}

std::optional<std::uint16_t> Check::take_data_port() {
    return std::exchange(data_port_, std::nullopt);
}

void Check::finish(ProbeResult result, std::string_view detail) {
    if (outcome_) return;
    outcome_ = {result, for_people(detail)};
    data_port_.reset();
}

std::string for_people(std::string_view text) {
    std::string shown(text.substr(0, kMaxProbeDetailBytes));
    std::ranges::replace_if(shown, [](char c) { return !is_printable(c); }, '?');
    return shown;
}

Result<std::unique_ptr<Check>> make_check(const ProbeOrder& order, const CheckSeed& seed) {
    if (order.host.size() > kMaxProbeHostBytes || !std::ranges::all_of(order.host, is_host_char))
        return fail(Errc::invalid, "not the name of a host");
    if (order.login.size() > kMaxProbeLoginBytes ||
        !std::ranges::all_of(order.login, is_login_char)) {
        return fail(Errc::invalid, "the login has control characters or is too long");
    }
    switch (order.check) {
    case ProbeCheck::proof:
        return std::make_unique<ProofCheck>(order, seed);
    case ProbeCheck::open:
        return std::make_unique<OpenCheck>();
    case ProbeCheck::http:
        return std::make_unique<HttpCheck>(order);
    case ProbeCheck::tls:
        return std::make_unique<TlsCheck>(order, seed);
    case ProbeCheck::smtp:
        return std::make_unique<SmtpCheck>();
    case ProbeCheck::ssh:
        return std::make_unique<SshCheck>();
    case ProbeCheck::ftp:
        return std::make_unique<FtpCheck>(order);
    case ProbeCheck::ssdp:
    case ProbeCheck::port_mapping:
        return fail(Errc::invalid, "only over UDP");
    }
    return fail(Errc::invalid, "an unknown check");
}

}  // namespace homeport::reach
