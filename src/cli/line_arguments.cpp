#include "cli/line_arguments.hpp"

#include "cli/checks.hpp"
#include "cli/limits.hpp"
#include "reach/service/limits.hpp"

#include <fmt/format.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>

namespace homeport::cli {
namespace {

/// Of two operators, so that neither is believed alone.
constexpr std::array<std::string_view, 2> kStunServers = {"stun.cloudflare.com:3478",
                                                          "stun.l.google.com:19302"};

Result<Duration> parse_examine_time(std::string_view text) {
    return parse_duration_within(text, "an examination takes", reach::kFirstLookTime,
                                 kMaxExamineTime);
}

Result<Duration> parse_address_time(std::string_view text) {
    return parse_duration_within(text, "a look takes", kMinAddressTime, kMaxAddressTime);
}

}  // namespace

LineGrammar::LineGrammar()
    : examine_time_(format_duration(kDefaultExamineTime)),
      address_time_(format_duration(reach::kFirstLookTime)) {}

bool LineGrammar::knows(std::string_view command) {
    return command == "doctor" || command == "address" || command == "ports";
}

void LineGrammar::add_to(CLI::App& app) {
    add_doctor(app);
    add_address(app);
    add_ports(app);
}

void LineGrammar::add_sight(CLI::App& sub) {
    sub.add_option("--stun", stun_,
                   fmt::format("Ask this server what it sees; repeat for more (else {})",
                               fmt::join(kStunServers, " and ")))
        ->check(check_by([](std::string_view text) { return HostPort::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("HOST:PORT");
    sub.add_flag("--no-stun", no_stun_, "Ask no such server");
    sub.add_option("--echo", echo_,
                   "Ask this name server too, for a name that it answers with the address that "
                   "asked, such as myip.opendns.com@resolver1.opendns.com; with \"TXT \" in front "
                   "where a text is the answer; repeat for more")
        ->check(check_by([](std::string_view text) { return EchoQuestion::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("NAME@SERVER");
    sub.add_option("--public", public_networks_,
                   "Count this network as the Internet: for laboratories; repeat for more")
        ->check(check_by([](std::string_view text) { return Cidr::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("NETWORK");
    sub.add_flag("--json", json_, "Print JSON");
}

void LineGrammar::add_doctor(CLI::App& app) {
    CLI::App& sub = *app.add_subcommand(
        "doctor",
        "Examine the line of this machine: which addresses it has, what the router lets in, "
        "whether the provider shares the address, and what to do. Asks STUN servers on the "
        "Internet, and opens ports at the router for some seconds; where an agent is paired, its "
        "relay dials them to see what arrives.");
    sub.footer("Example:\n  homeport doctor --config /etc/homeport/agent.toml");
    sub.add_option("--config", config_,
                   fmt::format("Settings file of a paired agent, whose relay dials from outside "
                               "(else {}, if it can be read)",
                               kUsualAgentFile))
        ->type_name("FILE");
    sub.add_flag("--no-map", no_map_, "Open no port at the router");
    sub.add_option("--time", examine_time_, "Tell what is known after this")
        ->check(check_by(parse_examine_time))
        ->type_name("DURATION")
        ->capture_default_str();
    add_sight(sub);
}

void LineGrammar::add_address(CLI::App& app) {
    CLI::App& sub = *app.add_subcommand(
        "address",
        "Show the public addresses of this machine's line, as the router and STUN servers agree on "
        "them. Exit code 1: neither is known.");
    sub.footer("Example:\n  homeport address --watch");
    sub.add_flag("--watch", watch_, "Go on, and print a line for every change");
    sub.add_option("--time", address_time_, "Call an address unknown after this")
        ->check(check_by(parse_address_time))
        ->type_name("DURATION")
        ->capture_default_str();
    add_sight(sub);
}

void LineGrammar::add_ports(CLI::App& app) {
    CLI::App& sub = *app.add_subcommand(
        "ports",
        "Show which ports the running agent has open at the router, whether visitors from outside "
        "arrive there, and what to do where they do not.");
    sub.footer("Example:\n  homeport ports --config /etc/homeport/agent.toml");
    sub.add_option("--config", config_, "Settings file of the agent")
        ->required()
        ->type_name("FILE");
    sub.add_flag("--json", json_, "Print JSON");
}

Command LineGrammar::chosen(const CLI::App& parsed) const {
    if (parsed.get_name() == "ports") return ShowPorts{config_, json_};
    if (parsed.get_name() == "address") return address();
    return examine();
}

Examine LineGrammar::examine() const {
    return {.stun = stun(),
            .public_networks = public_networks(),
            .time = parse_examine_time(examine_time_).value(),
            .map = !no_map_,
            .json = json_,
            .config = config_,
            .echo = echo()};
}

FindAddress LineGrammar::address() const {
    return {.stun = stun(),
            .public_networks = public_networks(),
            .time = parse_address_time(address_time_).value(),
            .watch = watch_,
            .json = json_,
            .echo = echo()};
}

std::vector<HostPort> LineGrammar::stun() const {
    std::vector<HostPort> servers;
    for (const std::string& server : stun_) servers.push_back(HostPort::parse(server).value());
    if (!servers.empty() || no_stun_) return servers;
    for (const std::string_view server : kStunServers)
        servers.push_back(HostPort::parse(server).value());
    return servers;
}

std::vector<EchoQuestion> LineGrammar::echo() const {
    std::vector<EchoQuestion> questions;
    for (const std::string& question : echo_)
        questions.push_back(EchoQuestion::parse(question).value());
    return questions;
}

std::vector<Cidr> LineGrammar::public_networks() const {
    std::vector<Cidr> networks;
    for (const std::string& network : public_networks_)
        networks.push_back(Cidr::parse(network).value());
    return networks;
}

}  // namespace homeport::cli
