#include "cli/line_look.hpp"

#include <csignal>
#include <utility>

namespace homeport::cli {

LineLook::LineLook(net::Entropy& entropy, Options options, std::function<void()> on_change)
    : entropy_(entropy),
      space_(options.public_networks),
      signals_(loop_, {SIGTERM, SIGINT},
               [this](int) {
                   interrupted_ = true;
                   end();
               }),
      network_(loop_),
      reach_({loop_, network_, entropy, log_}, reach_options(std::move(options)),
             [this, on_change = std::move(on_change)] {
                 if (!ending_) on_change();
             }) {}

reach::Reach::Options LineLook::reach_options(Options options) {
    return {.stun = std::move(options.stun),
            .echo = std::move(options.echo),
            .space = space_,
            // A mapping of some seconds: who asks again is another one.
            .nonce =
                [this](const reach::UnitPort&) {
                    reach::MappingNonce nonce;
                    entropy_.fill(nonce);
                    return nonce;
                },
            .memory = {}};
}

void LineLook::run() {
    reach_.start();
    loop_.run();
}

void LineLook::end() {
    if (std::exchange(ending_, true)) return;
    reach_.stop([this] { loop_.stop(); });
}

}  // namespace homeport::cli
