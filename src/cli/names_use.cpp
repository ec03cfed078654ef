#include "cli/commands.hpp"
#include "cli/names_client.hpp"
#include "cli/names_http.hpp"
#include "cli/names_secret.hpp"
#include "cli/names_text.hpp"
#include "core/ip.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::cli {
namespace {

using nlohmann::json;

std::string path_of(const UseNames& command, std::string_view below = "") {
    return fmt::format("/v1/names/{}{}", command.name, below);
}

void add_family(json& body, const char* family, const std::string& wish) {
    if (wish == "none") {
        body[family] = nullptr;
    } else if (!wish.empty()) {
        body[family] = wish;
    }
}

/// The address that we come from, unless its family was spoken of.
Asked<void> add_own_address(json& body, const NamesClient& service) {
    const auto address = service.own_address();
    if (!address) return std::unexpected(address.error());
    const char* const family = IpAddress::parse(*address).value().is_v4() ? "ipv4" : "ipv6";
    if (body.contains(family)) {
        return std::unexpected(Complaint{fmt::format("you come from {}, whose family has an "
                                                     "address of its own here",
                                                     *address),
                                         fmt::format("leave --from-here or --{} away", family)});
    }
    body[family] = *address;
    return {};
}

Asked<json> set(const UseNames& command, const NamesClient& service) {
    json body = json::object();
    add_family(body, "ipv4", command.ipv4);
    add_family(body, "ipv6", command.ipv6);
    if (command.offline) body["offline"] = true;
    if (command.from_here) {
        if (auto added = add_own_address(body, service); !added)
            return std::unexpected(added.error());
    }
    if (command.counter) body["counter"] = *command.counter;
    return service.ask("PUT", path_of(command), body);
}

Asked<json> acme(const UseNames& command, const NamesClient& service) {
    json body = json::object();
    if (!command.value.empty()) body["value"] = command.value;
    return service.ask(command.clear ? "DELETE" : "PUT", path_of(command, "/acme"), body);
}

Asked<json> ask(const UseNames& command, const NamesClient& service) {
    switch (command.what) {
    case UseNames::What::create:
        return service.ask("POST", "/v1/names", {{"name", command.name}});
    case UseNames::What::set:
        return set(command, service);
    case UseNames::What::remove:
        return service.ask("DELETE", path_of(command));
    case UseNames::What::acme:
        return acme(command, service);
    case UseNames::What::propagation:
        return service.ask("GET", path_of(command, "/propagation"));
    case UseNames::What::mine:
        break;
    }
    return service.ask("GET", "/v1/names");
}

std::string render_mine(const json& answer) {
    std::string out;
    const auto names = answer.find("names");
    if (names == answer.end() || !names->is_array()) return out;
    for (const json& name : *names) {
        if (name.is_object()) out += render_own_name(name);
    }
    return out.empty() ? "no name yet; take one: homeport names create NAME\n" : out;
}

std::string render(const UseNames& command, const json& answer) {
    switch (command.what) {
    case UseNames::What::remove:
        return fmt::format("{}: given back\n", command.name);
    case UseNames::What::propagation:
        return render_propagation(answer);
    case UseNames::What::mine:
        return render_mine(answer);
    default:
        break;
    }
    const auto changed = answer.find("changed");
    const bool same = changed != answer.end() && *changed == false;
    return render_own_name(answer) + (same ? "  It was so already.\n" : "");
}

/// What is asked for has to be said.
std::string what_is_missing(const UseNames& command) {
    if (command.what == UseNames::What::set && command.ipv4.empty() && command.ipv6.empty() &&
        !command.from_here && !command.offline)
        return "give --ipv4, --ipv6, --from-here or --offline";
    if (command.what == UseNames::What::acme && !command.clear && command.value.empty())
        return "give --value or --clear";
    return {};
}

}  // namespace

int run(const UseNames& command, const World& world) {
    const Console& console = world.console;
    if (const std::string missing = what_is_missing(command); !missing.empty())
        return console.fail(kWrongUsage, "nothing is asked for", missing);
    auto token = read_secret_line(command.token_file);
    if (!token) {
        return console.fail(kFailed, token.error().what,
                            "get one: homeport names token --account NAME --token-file FILE");
    }
    if (is_readable_on_the_way(command.place.url)) {
        console.err << "homeport: over http everybody on the way can read the token (use https if "
                       "the service has it)\n";
    }
    NamesClient service(command.place);
    service.use_token(std::move(*token));
    const auto answer = ask(command, service);
    if (!answer) return tell(answer.error(), console);
    console.out << (command.json
                        ? answer->dump(-1, ' ', false, json::error_handler_t::replace) + "\n"
                        : render(command, *answer));
    return kDone;
}

}  // namespace homeport::cli
