#include "tunnel/agent/exchange.hpp"
#include "tunnel/limits.hpp"

namespace homeport::tunnel {
namespace {

std::optional<Exchange::Outcome> paired(const Frame& frame) {
    const auto* const joined = std::get_if<JoinedFrame>(&frame);
    if (joined == nullptr) return std::nullopt;
    return std::string(joined->relay_name);
}

Exchange::Plan plan_of(const Token& token) {
    return {.relay = token.relay,
            .relay_key = token.relay_key,
            .time = kJoinTimeout,
            .say = [secret = token.secret](Link& link) { link.send(JoinFrame{secret}); },
            .hear = paired};
}

}  // namespace

class Joining::Impl {
public:
    Impl(const AgentWorld& world, const Token& token, Done done)
        : exchange_(world, plan_of(token), std::move(done)) {}

private:
    Exchange exchange_;
};

Joining::Joining(const AgentWorld& world, Token token, Done done)
    : impl_(std::make_unique<Impl>(world, token, std::move(done))) {}
Joining::~Joining() = default;

}  // namespace homeport::tunnel
