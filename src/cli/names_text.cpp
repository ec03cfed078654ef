#include "cli/names_text.hpp"

#include "cli/console.hpp"
#include "cli/json_fields.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace homeport::cli {
namespace {

using nlohmann::json;

bool is_set(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// A time in seconds since 1970; "never" for none.
std::string time(const json& object, const char* name) {
    constexpr std::uint64_t kYear9999 = 253'402'300'799;
    return utc_in_words(static_cast<UnixSeconds>(std::min(count(object, name), kYear9999)));
}

std::vector<json> in_order(const json& object, const char* list, const char* by) {
    std::vector<json> rows = objects(object, list);
    std::ranges::sort(rows, {}, [by](const json& row) { return text(row, by); });
    return rows;
}

std::string addresses(const json& name) {
    if (is_set(name, "offline")) return "offline";
    std::string all = text(name, "ipv4");
    if (!text(name, "ipv6").empty()) all += (all.empty() ? "" : ", ") + text(name, "ipv6");
    return all.empty() ? "no address" : all;
}

/// "TXT \"...\"" for each value.
std::string values(const json& name) {
    std::string all;
    const auto found = name.find("txt");
    if (found == name.end() || !found->is_array()) return all;
    for (const json& value : *found) {
        if (value.is_string())
            all += fmt::format("  TXT \"{}\"\n", printable(value.get_ref<const std::string&>()));
    }
    return all;
}

}  // namespace

std::string render_names_list(const json& names) {
    std::string out;
    for (const json& name : in_order(names, "names", "name")) {
        out += fmt::format("{:<40}  {:<20}  {}\n", text(name, "name"), text(name, "account"),
                           addresses(name));
    }
    return out.empty() ? "no name\n" : out;
}

std::string render_accounts(const json& accounts) {
    std::string out;
    for (const json& account : in_order(accounts, "accounts", "account")) {
        out += fmt::format("{:<32}  {}, {}, since {}, last seen {}{}\n", text(account, "account"),
                           counted(count(account, "names"), "name"),
                           counted(count(account, "tokens"), "token"), time(account, "created"),
                           time(account, "seen"), is_set(account, "locked") ? ", locked" : "");
    }
    return out.empty() ? "no account\n" : out;
}

std::string render_name(const json& name) {
    const auto removed = name.find("removed");
    if (removed != name.end() && removed->is_object()) {
        return fmt::format("{}: removed ({}), kept from others until {}\n", text(name, "name"),
                           text(*removed, "why"), time(*removed, "kept_until"));
    }
    std::string out = fmt::format("{}: {}\n", text(name, "name"), addresses(name));
    out += fmt::format("  of {}{}, since {}\n", text(name, "account"),
                       is_set(name, "account_locked") ? " (locked)" : "", time(name, "created"));
    out +=
        fmt::format("  confirmed {}, expires {}\n", time(name, "confirmed"), time(name, "expires"));
    if (count(name, "quarantined_until") > 0) {
        out += fmt::format("  until {} only where its updates come from\n",
                           time(name, "quarantined_until"));
    }
    return out + values(name);
}

std::string render_evidence(const json& evidence) {
    std::string out;
    for (const json& entry : objects(evidence, "evidence")) {
        const auto found = entry.find("details");
        const json details = found != entry.end() && found->is_object() ? *found : json::object();
        out += fmt::format("{} {} {}: {}", time(entry, "at"), text(entry, "what"),
                           text(entry, "name"), text(details, "why"));
        if (!text(details, "by").empty()) out += fmt::format(" (by {})", text(details, "by"));
        if (!text(details, "account").empty()) {
            out += fmt::format("; it was of {}, {}", text(details, "account"), addresses(details));
            if (is_set(details, "account_locked")) out += ", the account was locked";
            if (is_set(details, "networks_blocked")) out += ", the networks were blocked";
        }
        out += '\n';
    }
    return out.empty() ? "no evidence\n" : out;
}

std::string render_own_name(const json& name) {
    std::string out = fmt::format("{}: {}\n", text(name, "name"), addresses(name));
    if (is_set(name, "warned")) {
        out += fmt::format(
            "  Goes at {} unless you change or confirm it: homeport names set {} "
            "--from-here\n",
            time(name, "expires"), text(name, "name"));
    }
    if (count(name, "quarantined_until") > 0) {
        out += fmt::format("  Until {} it can only point to where its updates come from.\n",
                           time(name, "quarantined_until"));
    }
    return out + values(name);
}

std::string render_propagation(const json& answer) {
    std::string out = fmt::format("{}: zone {} has serial {}\n", text(answer, "name"),
                                  text(answer, "zone"), count(answer, "serial"));
    const std::vector<json> servers = objects(answer, "servers");
    for (const json& server : servers) {
        const auto serial = server.find("serial");
        out += "  " + text(server, "address");
        if (serial == server.end() || !serial->is_number()) {
            out += " has not answered\n";
        } else if (is_set(server, "behind")) {
            out += fmt::format(" is {} behind, at serial {}\n",
                               in_words(1s * static_cast<std::int64_t>(std::min<std::uint64_t>(
                                                 count(server, "behind_s"), 3'200'000'000))),
                               count(server, "serial"));
        } else {
            out += " has it\n";
        }
    }
    if (servers.empty()) out += "  The relay answers alone: there are no secondaries.\n";
    return out;
}

}  // namespace homeport::cli
