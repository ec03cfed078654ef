#include "cli/arguments.hpp"

#include "cli/asks_arguments.hpp"
#include "cli/checks.hpp"
#include "cli/console.hpp"
#include "cli/limits.hpp"
#include "cli/line_arguments.hpp"
#include "cli/names_arguments.hpp"
#include "core/text.hpp"
#include "dns/check/limits.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace homeport::cli {
namespace {

constexpr std::string_view kAbout =
    "homeport - publish services of your home through a relay with a stable address.\n"
    "Downloads go on when the address of your home changes.";
constexpr std::string_view kFirstSteps =
    "First steps:\n"
    "  homeport demo                                        try it on this computer\n"
    "  homeport relay --config relay.toml                   on the host with the stable address\n"
    "  homeport invite attic --config relay.toml --host 'home.example.net'\n"
    "  homeport join TOKEN --config agent.toml              at home, once\n"
    "  homeport agent --config agent.toml                   at home, always\n"
    "Exit codes: 0 done, 1 the thing asked for failed, 2 wrong usage or settings.";

bool is_name(std::string_view text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !text.empty() && text.size() <= kMaxNameChars &&
           text.find_first_not_of(kLetters) == std::string_view::npos;
}

CLI::Validator name_check() {
    return {[](std::string& text) {
                return is_name(text) ? std::string()
                                     : fmt::format(
                                           "'{}' is no name: use 1 to {} letters, digits, "
                                           "hyphens and underscores",
                                           printable(text), kMaxNameChars);
            },
            "", "name"};
}

CLI::Validator home_check() {
    return {[](std::string& text) { return text == "*" ? std::string() : name_check()(text); }, "",
            "home"};
}

Result<Duration> parse_invite_life(std::string_view text) {
    return parse_duration_within(text, "an invite lives", kMinInviteLife, kMaxInviteLife);
}

/// ADDRESS with the port of DNS, or ADDRESS:PORT.
Result<Endpoint> parse_dns_server(std::string_view text) {
    if (const auto address = IpAddress::parse(text)) return Endpoint{*address, 53};
    return Endpoint::parse(text);
}

Result<dns::RrType> parse_asked_type(std::string_view text) {
    const auto type = dns::parse_rr_type(text);
    if (type && !dns::is_meta(*type)) return *type;
    return fail(Errc::invalid, fmt::format("'{}' is no type of records", text));
}

Result<Duration> parse_question_time(std::string_view text) {
    return parse_duration_within(text, "a question takes", dns::check::kMinTimeout,
                                 dns::check::kMaxTimeout);
}

/// Of words that one of core's parsers has checked before.
template <class T, class Parse>
std::vector<T> parsed(const std::vector<std::string>& words, Parse parse) {
    std::vector<T> all;
    for (const std::string& word : words) all.push_back(parse(word).value());
    return all;
}

/// The raw words of one command line; CLI11 fills them while it parses.
class Grammar {
public:
    Grammar();
    std::variant<Command, Refusal> parse(std::vector<std::string> arguments);

private:
    CLI::App& add(const char* name, const char* about, const char* example);
    void add_config(CLI::App& sub, const char* whose);
    void add_running();
    void add_pairing();
    void add_asking();
    void add_dns();
    Command chosen() const;
    CheckName check_name() const;
    MakeInvite invite() const;

    NamesGrammar names_;
    AsksGrammar asks_;
    LineGrammar line_;
    CLI::App app_{std::string(kAbout), "homeport"};
    std::string config_, name_, token_, state_dir_;
    std::string listen_ = "127.0.0.1:8080";
    std::string expires_ = format_duration(kDefaultInviteLife);
    std::string timeout_ = format_duration(dns::check::kDefaultTimeout);
    std::vector<std::string> hosts_, ports_, may_park_, types_, servers_, resolvers_;
    bool json_ = false, qr_ = false, force_ = false, release_ = false, version_ = false;
};

Grammar::Grammar() {
    app_.footer(std::string(kFirstSteps));
    app_.set_help_flag("-h,--help", "Show this help");
    app_.add_flag("--version", version_, "Show the version");
    app_.require_subcommand(0, 1);
    add_running();
    add_pairing();
    add_asking();
    add_dns();
    names_.add_names(app_);
}

CLI::App& Grammar::add(const char* name, const char* about, const char* example) {
    CLI::App& sub = *app_.add_subcommand(name, about);
    sub.footer(fmt::format("Example:\n  {}", example));
    return sub;
}

void Grammar::add_config(CLI::App& sub, const char* whose) {
    sub.add_option("--config", config_, fmt::format("Settings file of the {}", whose))
        ->required()
        ->type_name("FILE");
}

void Grammar::add_running() {
    add_config(add("relay",
                   "Run the relay, on the host with the stable address, in the foreground. "
                   "It logs to stderr; SIGTERM stops it in order, SIGHUP reads the settings again.",
                   "homeport relay --config /etc/homeport/relay.toml"),
               "relay");
    add_config(add("agent",
                   "Run the agent, at home, in the foreground. It logs to stderr; SIGTERM stops it "
                   "in order, SIGHUP reads the settings again. Pair it first with 'homeport join'.",
                   "homeport agent --config /etc/homeport/agent.toml"),
               "agent");
    CLI::App& demo =
        add("demo",
            "Try homeport on this computer: a relay, an agent and a sample site in one "
            "process. Needs no root and no settings.",
            "homeport demo --listen 127.0.0.1:8888");
    demo.add_option("--listen", listen_, "Where your browser finds the sample site")
        ->check(check_by([](std::string_view text) { return Endpoint::parse(text); }))
        ->type_name("ADDRESS:PORT")
        ->capture_default_str();
    demo.add_option("--state", state_dir_, "Keep keys and settings here (else they are removed)")
        ->type_name("DIR");
}

void Grammar::add_pairing() {
    CLI::App& invite =
        add("invite",
            "Let a home in: prints one token, to be used once with 'homeport join' at "
            "that home. Names and ports given here are what it may publish. Given again, they "
            "replace those it has, as the homes given with --may-park replace those.",
            "homeport invite attic --config relay.toml --host home.example.net "
            "--host '*.home.example.net' --port 42000-42010");
    invite.add_option("name", name_, "How the relay will call this home")
        ->required()
        ->check(name_check())
        ->type_name("NAME");
    add_config(invite, "relay");
    invite.add_option("--host", hosts_, "A host name it may publish; repeat for more")
        ->check(check_by([](std::string_view text) { return HostGlob::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("GLOB");
    invite.add_option("--port", ports_, "A port or a range it may publish; repeat for more")
        ->check(check_by([](std::string_view text) { return PortRange::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("P|P-Q");
    invite
        .add_option("--may-park", may_park_,
                    "A home whose 'server stopped' notice it may show, besides its own; '*' for "
                    "all; repeat for more")
        ->check(home_check())
        ->allow_extra_args(false)
        ->type_name("HOME");
    invite.add_option("--expires", expires_, "How long the token can be used")
        ->check(check_by(parse_invite_life))
        ->type_name("DURATION")
        ->capture_default_str();
    invite.add_flag("--qr", qr_, "Also show the token as a QR code on stderr");

    CLI::App& join = add("join",
                         "Pair this home with a relay, once: makes a key, proves the token, and "
                         "remembers the relay. TOKEN - reads it from standard input.",
                         "homeport join hp1.AbCd... --config /etc/homeport/agent.toml");
    join.add_option("token", token_, "The token printed by 'homeport invite'")
        ->required()
        ->type_name("TOKEN");
    add_config(join, "agent");
    join.add_flag("--force", force_, "Leave the relay this home is paired with");

    CLI::App& agents = add("agents", "List the homes this relay knows and what they may publish.",
                           "homeport agents --config /etc/homeport/relay.toml");
    add_config(agents, "relay");
    agents.add_flag("--json", json_, "Print JSON");

    CLI::App& revoke =
        add("revoke",
            "Shut a home out: its links are cut at once. Its names stay reserved for "
            "it until they are released.",
            "homeport revoke attic --config /etc/homeport/relay.toml");
    revoke.add_option("name", name_, "The home")
        ->required()
        ->check(name_check())
        ->type_name("NAME");
    add_config(revoke, "relay");
    revoke.add_flag("--release", release_, "Also free its names and ports, and forget it");
}

void Grammar::add_asking() {
    add_config(add("check", "Check a settings file; every problem with its line and remedy.",
                   "homeport check --config /etc/homeport/agent.toml"),
               "relay or agent");
    CLI::App& status = add("status", "Show what is connected, who is waiting, and what to do next.",
                           "homeport status --config /etc/homeport/agent.toml");
    add_config(status, "relay or agent");
    status.add_flag("--json", json_, "Print JSON");
    add_config(
        add("reload", "Apply changed settings without dropping anybody; prints what changed.",
            "homeport reload --config /etc/homeport/agent.toml"),
        "relay or agent");
    asks_.add_to(app_);
    line_.add_to(app_);
    add("version", "Show version, commit and build options.", "homeport version");
}

void Grammar::add_dns() {
    CLI::App& dns =
        add("dns", "Look at names from outside.", "homeport dns check home.example.net");
    dns.require_subcommand(1);
    CLI::App& check = *dns.add_subcommand(
        "check",
        "See whether a change of a name has arrived everywhere: asks every name server of its zone "
        "and the resolvers of this host. Exit code 1: somebody is behind, or does not answer.");
    check.footer("Example:\n  homeport dns check home.example.net --resolver 9.9.9.9");
    check.add_option("name", name_, "The name")
        ->required()
        ->check(check_by([](std::string_view text) { return dns::Name::parse(text); }))
        ->type_name("NAME");
    check.add_option("--resolver", resolvers_, "Ask this one instead; repeat for more")
        ->check(check_by(parse_dns_server))
        ->allow_extra_args(false)
        ->type_name("ADDRESS");
    check.add_option("--type", types_, "What to ask for (else A and AAAA); repeat for more")
        ->check(check_by(parse_asked_type))
        ->allow_extra_args(false)
        ->type_name("TYPE");
    check
        .add_option("--server", servers_,
                    "A name server of the zone; repeat for more. Nobody is asked then who serves "
                    "the zone, and only resolvers that are given")
        ->check(check_by(parse_dns_server))
        ->allow_extra_args(false)
        ->type_name("ADDRESS[:PORT]");
    check.add_option("--timeout", timeout_, "How long to wait for each answer")
        ->check(check_by(parse_question_time))
        ->type_name("DURATION")
        ->capture_default_str();
    check.add_flag("--json", json_, "Print JSON");
    names_.add_ds(dns);
}

CheckName Grammar::check_name() const {
    return {.name = dns::Name::parse(name_).value(),
            .types = parsed<dns::RrType>(types_, parse_asked_type),
            .servers = parsed<Endpoint>(servers_, parse_dns_server),
            .resolvers = parsed<Endpoint>(resolvers_, parse_dns_server),
            .timeout = parse_question_time(timeout_).value(),
            .json = json_};
}

MakeInvite Grammar::invite() const {
    MakeInvite made{.name = name_, .config = config_, .grants = {}, .expires = {}, .qr = qr_};
    // The checks above have parsed each of these once already.
    for (const std::string& host : hosts_)
        made.grants.hosts.push_back(HostGlob::parse(host).value());
    for (const std::string& port : ports_)
        made.grants.ports.push_back(PortRange::parse(port).value());
    made.grants.may_park = may_park_;
    made.expires = parse_invite_life(expires_).value();
    return made;
}

Command Grammar::chosen() const {
    const CLI::App& sub = *app_.get_subcommands().front();
    const std::string name = sub.get_name();
    if (name == "relay") return RunRelay{config_};
    if (name == "agent") return RunAgent{config_};
    if (name == "demo") return RunDemo{Endpoint::parse(listen_).value(), state_dir_};
    if (name == "invite") return invite();
    if (name == "join") return JoinRelay{token_, config_, force_};
    if (name == "agents") return ListAgents{config_, json_};
    if (name == "revoke") return RevokeAgent{name_, config_, release_};
    if (name == "check") return CheckSettings{config_};
    if (name == "status") return ShowStatus{config_, json_};
    if (name == "reload") return ReloadSettings{config_};
    if (AsksGrammar::knows(name)) return asks_.chosen(sub);
    if (LineGrammar::knows(name)) return line_.chosen(sub);
    if (name == "names" || (name == "dns" && sub.got_subcommand("ds"))) return names_.chosen(sub);
    if (name == "dns") return check_name();
    return ShowVersion{};
}

std::variant<Command, Refusal> Grammar::parse(std::vector<std::string> arguments) {
    AsksGrammar::name_values(arguments);
    std::reverse(arguments.begin(), arguments.end());  // the order CLI11 wants
    try {
        app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
        return Refusal{kDone, app_.help()};
    } catch (const CLI::ParseError& error) {
        std::string which = "homeport";
        for (auto subs = app_.get_subcommands(); !subs.empty();
             subs = subs.front()->get_subcommands())
            which += " " + subs.front()->get_name();
        return Refusal{kWrongUsage, fmt::format("homeport: {} (see '{} --help')",
                                                printable(error.what()), which)};
    }
    if (version_) return Command{ShowVersion{}};
    if (app_.get_subcommands().empty()) {
        return Refusal{kWrongUsage, "homeport: no command given (see 'homeport --help')"};
    }
    return chosen();
}

}  // namespace

std::variant<Command, Refusal> parse_arguments(const std::vector<std::string>& arguments) {
    return Grammar().parse(arguments);
}

}  // namespace homeport::cli
