#include "names/labels.hpp"

#include "core/text.hpp"
#include "names/limits.hpp"

#include <algorithm>
#include <array>

namespace homeport::names {
namespace {

/// Hosts that software looks for by itself, names of servers, and those that people believe.
constexpr auto kReserved =
    std::to_array<std::string_view>({"abuse",        "account",    "admin",         "administrator",
                                     "api",          "arpa",       "auth",          "autoconfig",
                                     "autodiscover", "billing",    "broadcasthost", "cert",
                                     "checkip",      "cpanel",     "dkim",          "dmarc",
                                     "dns",          "domain",     "example",       "ftp",
                                     "gateway",      "help",       "home",          "homeport",
                                     "hostmaster",   "imap",       "info",          "internal",
                                     "invalid",      "ipv",        "isatap",        "kerberos",
                                     "ldap",         "local",      "localdomain",   "localhost",
                                     "login",        "mail",       "mailer-daemon", "mta-sts",
                                     "mx",           "news",       "nobody",        "noc",
                                     "noreply",      "ns",         "ntp",           "official",
                                     "onion",        "openpgpkey", "password",      "pay",
                                     "payment",      "pop",        "postmaster",    "proxy",
                                     "register",     "relay",      "resolver",      "root",
                                     "secure",       "security",   "signin",        "signup",
                                     "sip",          "smtp",       "ssh",           "ssl",
                                     "status",       "sts",        "support",       "sysadmin",
                                     "system",       "test",       "tls",           "update",
                                     "usenet",       "vpn",        "webdisk",       "webmail",
                                     "webmaster",    "whois",      "wpad",          "www",
                                     "xmpp"});

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string_view without_digits(std::string_view label) {
    const std::size_t last = label.find_last_not_of("0123456789");
    return last == std::string_view::npos ? label : label.substr(0, last + 1);
}

}  // namespace

bool is_ldh_label(std::string_view label) {
    if (label.empty() || label.size() > kMaxLabelBytes) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    if (label.size() >= 4 && label.substr(2, 2) == "--" && !label.starts_with("xn")) return false;
    return std::ranges::all_of(label, [](char c) { return c == '-' || is_lower_or_digit(c); });
}

std::optional<std::string> read_host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    // RFC 1035 section 2.3.4: 255 octets in wire form are 253 of text.
    if (text.size() > 253 || text.find('.') == std::string_view::npos) return std::nullopt;
    std::string name = to_lower(text);
    for (std::string_view rest = name;;) {
        const std::size_t dot = rest.find('.');
        if (!is_ldh_label(rest.substr(0, dot))) return std::nullopt;
        if (dot == std::string_view::npos) return name;
        rest.remove_prefix(dot + 1);
    }
}

SplitName split_name(std::string_view name) {
    const std::size_t dot = name.find('.');
    return {name.substr(0, dot), name.substr(dot + 1)};
}

std::optional<std::string> read_account_name(std::string_view text) {
    if (text.size() < kMinAccountBytes || text.size() > kMaxAccountBytes) return std::nullopt;
    std::string name = to_lower(text);
    return is_ldh_label(name) ? std::optional(std::move(name)) : std::nullopt;
}

ReservedWords::ReservedWords(const std::vector<std::string>& more) {
    for (const std::string_view word : kReserved) words_.emplace(word);
    for (const std::string& word : more) add(to_lower(word));
}

void ReservedWords::add(std::string_view word) {
    if (word.ends_with('*')) {
        starts_.emplace(word.substr(0, word.size() - 1));
    } else {
        words_.emplace(word);
    }
}

bool ReservedWords::contains(std::string_view label) const {
    if (words_.contains(label) || words_.contains(without_digits(label))) return true;
    for (std::size_t size = 0; size <= label.size(); ++size)
        if (starts_.contains(label.substr(0, size))) return true;
    return false;
}

}  // namespace homeport::names
