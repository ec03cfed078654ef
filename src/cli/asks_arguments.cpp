#include "cli/asks_arguments.hpp"

#include "cli/console.hpp"
#include "core/text.hpp"
#include "tunnel/protocol/limits.hpp"

#include <fmt/format.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace homeport::cli {
namespace {

/// SHA-256 in base64url (RFC 8555 section 8.4).
constexpr std::size_t kAcmeValueChars = 43;

Result<> parse_answer(std::string_view text) {
    if (text == "stand-in" || text == "nothing") return {};
    if (text.size() > tunnel::kMaxParkAnswerBytes) return fail(Errc::limit, "too many addresses");
    while (true) {
        const auto comma = text.find(',');
        if (!IpAddress::parse(text.substr(0, comma))) {
            return fail(Errc::invalid,
                        fmt::format("'{}' is no address; write stand-in, nothing, or addresses "
                                    "with commas between",
                                    printable(text.substr(0, comma))));
        }
        if (comma == std::string_view::npos) return {};
        text.remove_prefix(comma + 1);
    }
}

CLI::Validator answer_check() {
    return {[](std::string& text) {
                const auto parsed = parse_answer(text);
                return parsed ? std::string() : parsed.error().what;
            },
            "", ""};
}

void strip_prefix(std::string& text, std::string_view prefix) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
}

/// As certbot, lego and others hand it to their hooks: "*.example.net",
/// "_acme-challenge.example.net." ...
CLI::Validator certified_host() {
    return {[](std::string& text) {
                std::string host = to_lower(text);
                strip_prefix(host, "_acme-challenge.");
                strip_prefix(host, "*.");
                const auto parsed = HostGlob::parse(host);
                if (!parsed || parsed->wildcard() || parsed->text().size() > tunnel::kMaxHostBytes)
                    return fmt::format("'{}' is no host name such as home.example.net",
                                       printable(text));
                text = parsed->text();
                return std::string();
            },
            "", ""};
}

CLI::Validator challenge_check() {
    return {[](std::string& text) {
                const bool plain =
                    std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
                if (plain && !text.empty() && text.size() <= tunnel::kMaxChallengeBytes)
                    return std::string();
                return fmt::format(
                    "'{}' is no value of a challenge: 1 to {} letters, digits and "
                    "signs",
                    printable(text), tunnel::kMaxChallengeBytes);
            },
            "", ""};
}

void add_config(CLI::App& sub, std::string& file, const char* whose) {
    sub.add_option("--config", file, fmt::format("Settings file of the {}", whose))
        ->required()
        ->type_name("FILE");
}

}  // namespace

bool AsksGrammar::knows(std::string_view command) {
    return command == "park" || command == "unpark" || command == "acme";
}

void AsksGrammar::add_to(CLI::App& app) {
    add_parking(app, "park",
                "Show new visitors the 'server stopped' notice; running ones go on. With the "
                "settings of an agent: for this home, or with --home for another one, if the relay "
                "allows it (homeport invite --may-park); the agent need not run for that.");
    add_parking(app, "unpark", "Take the 'server stopped' notice back.");
    add_acme(app);
}

void AsksGrammar::add_parking(CLI::App& app, const char* name, const char* about) {
    CLI::App& sub = *app.add_subcommand(name, about);
    sub.footer(
        fmt::format("Examples:\n"
                    "  homeport {0} web --config /etc/homeport/agent.toml\n"
                    "  homeport {0} --home attic --config /etc/homeport/agent.toml",
                    name));
    add_config(sub, park_.config, "relay or agent");
    sub.add_option("service,--service", park_.service, "Only this service (else all)")
        ->type_name("SERVICE");
    sub.add_option("--home", park_.home,
                   "Another home (else this one; with the settings of a relay: all)")
        ->check([](const std::string& text) {
            return text.size() <= tunnel::kMaxNameBytes ? std::string() : "no home has such a name";
        })
        ->type_name("HOME");
    if (std::string_view(name) != "park") return;
    sub.add_option("--answer", park_.answer,
                   "What its names answer meanwhile: stand-in (the relay, which shows the notice), "
                   "nothing, or addresses")
        ->check(answer_check())
        ->type_name("stand-in|nothing|ADDRESS[,ADDRESS]");
}

void AsksGrammar::add_acme(CLI::App& app) {
    CLI::App& acme = *app.add_subcommand(
        "acme",
        "Prove to a certificate authority that a name is yours (ACME, DNS-01): the relay's name "
        "servers answer with the challenge. For names that this home publishes.");
    acme.footer(
        "Example, as hooks of certbot:\n"
        "  homeport acme set \"$CERTBOT_DOMAIN\" \"$CERTBOT_VALIDATION\" --config agent.toml");
    acme.require_subcommand(1);
    for (const char* name : {"set", "clear"}) {
        const bool setting = std::string_view(name) == "set";
        CLI::App& sub = *acme.add_subcommand(
            name, setting ? "Exit code 0: the name servers answer with it now."
                          : "Take the challenge back. Exit code 0: they answer without it now.");
        sub.footer(
            fmt::format("Example:\n  homeport acme {} home.example.net VALUE --config "
                        "/etc/homeport/agent.toml",
                        name));
        sub.add_option("host", acme_.host,
                       "The name to be certified; '*.' and '_acme-challenge.' before it are taken "
                       "off")
            ->required()
            ->transform(certified_host())
            ->type_name("HOST");
        sub.add_option("value,--value", acme_.value, "What the certificate authority looks for")
            ->required()
            ->check(challenge_check())
            ->type_name("VALUE");
        add_config(sub, acme_.config, "agent");
    }
}

Command AsksGrammar::chosen(const CLI::App& parsed) const {
    if (parsed.get_name() == "acme") {
        AskAcme acme = acme_;
        acme.present = parsed.got_subcommand("set");
        return acme;
    }
    ParkService park = park_;
    park.parked = parsed.get_name() == "park";
    return park;
}

void AsksGrammar::name_values(std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() != "acme") return;
    for (std::string& word : arguments) {
        if (word.size() == kAcmeValueChars && word.front() == '-' &&
            word.find('=') == std::string::npos)
            word.insert(0, "--value=");
    }
}

}  // namespace homeport::cli
