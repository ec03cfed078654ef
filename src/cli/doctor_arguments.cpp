#include "cli/doctor_arguments.hpp"

#include "cli/checks.hpp"
#include "cli/limits.hpp"
#include "reach/service/limits.hpp"

#include <fmt/format.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <string_view>

namespace homeport::cli {
namespace {

/// Of two operators, so that neither is believed alone.
constexpr std::array<std::string_view, 2> kStunServers = {"stun.cloudflare.com:3478",
                                                          "stun.l.google.com:19302"};

Result<Duration> parse_time(std::string_view text) {
    return parse_duration_within(text, "an examination takes", reach::kFirstLookTime,
                                 kMaxExamineTime);
}

}  // namespace

DoctorGrammar::DoctorGrammar() : time_(format_duration(kDefaultExamineTime)) {}

void DoctorGrammar::add_to(CLI::App& app) {
    CLI::App& sub = *app.add_subcommand(
        "doctor",
        "Examine the line of this machine: which addresses it has, what the router lets in, "
        "whether the provider shares the address, and what to do. Asks STUN servers on the "
        "Internet, and opens a port at the router for some seconds.");
    sub.footer("Example:\n  homeport doctor --stun relay.example.net:3478");
    sub.add_option("--stun", stun_,
                   fmt::format("Ask this server what it sees; repeat for more (else {})",
                               fmt::join(kStunServers, " and ")))
        ->check(check_by([](std::string_view text) { return HostPort::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("HOST:PORT");
    sub.add_flag("--no-stun", no_stun_, "Ask nobody on the Internet");
    sub.add_flag("--no-map", no_map_, "Open no port at the router");
    sub.add_option("--public", public_networks_,
                   "Count this network as the Internet: for laboratories; repeat for more")
        ->check(check_by([](std::string_view text) { return Cidr::parse(text); }))
        ->allow_extra_args(false)
        ->type_name("NETWORK");
    sub.add_option("--time", time_, "Tell what is known after this")
        ->check(check_by(parse_time))
        ->type_name("DURATION")
        ->capture_default_str();
    sub.add_flag("--json", json_, "Print JSON");
}

Examine DoctorGrammar::chosen() const {
    Examine command{.stun = {},
                    .public_networks = {},
                    .time = parse_time(time_).value(),
                    .map = !no_map_,
                    .json = json_};
    for (const std::string& network : public_networks_)
        command.public_networks.push_back(Cidr::parse(network).value());
    for (const std::string& server : stun_) command.stun.push_back(HostPort::parse(server).value());
    if (command.stun.empty() && !no_stun_) {
        for (const std::string_view server : kStunServers)
            command.stun.push_back(HostPort::parse(server).value());
    }
    return command;
}

}  // namespace homeport::cli
