#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/qr.hpp"
#include "cli/relay_state.hpp"
#include "cli/settings_file.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::cli {
namespace {

UnixSeconds in_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

/// Stores the invite; the token carries the secret, the store only its hash.
Result<tunnel::Token> make_token(const MakeInvite& command, const config::Relay& settings,
                                 store::RelayStore& store, const World& world) {
    const auto identity = own_identity(settings.state_dir);
    if (!identity) return std::unexpected(identity.error());
    tunnel::Token token{.relay = settings.public_address,
                        .relay_key = identity->public_key(),
                        .secret = {},
                        .expires = world.now + in_seconds(command.expires),
                        .agent = command.name};
    world.entropy.fill(token.secret);
    const store::Invite invite{.secret_hash = net::sha256(token.secret),
                               .agent = command.name,
                               .grants = command.grants,
                               .created = world.now,
                               .expires = token.expires};
    if (auto added = store.add_invite(invite); !added) return std::unexpected(added.error());
    return token;
}

/// What the user may want to know beside the token, which stands alone on standard output.
void explain(const MakeInvite& command, const tunnel::Token& token, store::RelayStore& store,
             const Console& console) {
    console.err << fmt::format("At home, before {}: homeport join TOKEN --config agent.toml\n",
                               utc_in_words(token.expires));
    const auto agents = store.agents();
    if (!agents) return;
    const auto found = std::find_if(agents->begin(), agents->end(),
                                    [&](const auto& agent) { return agent.name == command.name; });
    if (found != agents->end() && found->grants == Grants{}) {
        console.err << fmt::format(
            "\"{}\" may publish nothing yet: repeat with --host NAME or --port P\n", command.name);
    }
}

}  // namespace

int run(const MakeInvite& command, const World& world) {
    const auto settings = relay_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    const auto store = open_store_beside_relay(settings->state_dir);
    if (!store) return world.console.fail(kFailed, store.error().what);
    const auto token = make_token(command, *settings, **store, world);
    if (!token) return world.console.fail(kFailed, token.error().what);

    world.console.out << token->to_text() << '\n';
    world.console.out.flush();
    explain(command, *token, **store, world.console);
    if (command.qr) {
        const auto code = render_qr(token->to_text());
        if (!code) return world.console.fail(kFailed, code.error().what);
        world.console.err << *code;
    }
    return tell_running_relay(*settings, world.console);
}

}  // namespace homeport::cli
