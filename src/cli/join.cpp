#include "cli/commands.hpp"
#include "cli/limits.hpp"
#include "cli/settings_file.hpp"
#include "cli/state_dir.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

/// The word itself, or the first line of standard input for "-": a token on the command line can be
/// seen by every user of the host.
std::string token_text(const std::string& word, std::istream& in) {
    if (word != "-") return word;
    std::string line;
    char c = 0;
    while (line.size() < kMaxTokenChars && in.get(c) && c != '\n') line += c;
    line.erase(line.find_last_not_of(" \t\r") + 1);
    return line;
}

/// Refuses to leave another relay unasked; a damaged or loose file counts as another relay.
Result<> check_not_taken(const config::Agent& settings, const tunnel::Token& token) {
    const auto paired = load_paired_relay(settings.state_dir);
    if (!paired && paired.error().code == Errc::not_found) return {};
    if (paired && paired->key == token.relay_key) return {};
    const std::string whom = paired ? fmt::format("already paired with the relay \"{}\" at {}",
                                                  paired->relay, paired->address.to_string())
                                    : paired.error().what;
    return fail(Errc::exists, whom);
}

int finish(const JoinRelay& command, const config::Agent& settings, const tunnel::Token& token,
           const std::string& relay_name, const Console& console) {
    // The token's address is what is kept: the [agent] relay setting is read again at each start.
    const PairedRelay paired{token.relay, token.relay_key, relay_name, token.agent};
    if (auto saved = save_paired_relay(settings.state_dir, paired); !saved) {
        return console.fail(kFailed, saved.error().what, "then pair again with a new token");
    }
    console.out << fmt::format(
        "Paired with the relay \"{}\" as \"{}\".\nNow start: homeport agent "
        "--config {}\n",
        printable(relay_name), token.agent, command.config);
    return kDone;
}

}  // namespace

int run(const JoinRelay& command, const World& world) {
    const auto settings = agent_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    auto token = tunnel::Token::parse(token_text(command.token, world.console.in));
    if (!token) {
        return world.console.fail(kWrongUsage, token.error().what,
                                  "copy the whole word that 'homeport invite' printed");
    }
    if (token->expires <= world.now) {
        return world.console.fail(
            kFailed, fmt::format("the token expired at {}", utc_in_words(token->expires)),
            "make a new one on the relay with 'homeport invite', and check this "
            "host's clock");
    }
    if (auto ready = prepare_state_dir(settings->state_dir); !ready) {
        return world.console.fail(kFailed, ready.error().what);
    }
    if (auto ours = become_owner_of(settings->state_dir); !ours) {
        return world.console.fail(kFailed, ours.error().what);
    }
    if (auto untaken = check_not_taken(*settings, *token); !untaken && !command.force) {
        return world.console.fail(kFailed, untaken.error().what, "--force leaves it");
    }
    tunnel::Token dialled = *token;
    if (settings->relay) dialled.relay = *settings->relay;
    const auto relay_name = world.roles.pair(settings->state_dir, dialled);
    if (!relay_name) {
        return world.console.fail(
            kFailed, fmt::format("pairing with {} failed: {}", dialled.relay.to_string(),
                                 relay_name.error().what));
    }
    return finish(command, *settings, *token, *relay_name, world.console);
}

}  // namespace homeport::cli
