#include "tunnel/agent/exchange.hpp"
#include "tunnel/limits.hpp"

namespace homeport::tunnel {
namespace {

constexpr std::uint32_t kOnlyAsk = 1;

std::optional<Exchange::Outcome> answered(const Frame& frame) {
    const auto* const asked = std::get_if<AskedFrame>(&frame);
    if (asked == nullptr || asked->ask != kOnlyAsk) return std::nullopt;
    auto result = result_of(*asked);
    if (!result) return std::unexpected(std::move(result.error()));
    return std::string();
}

Exchange::Plan plan_of(HostPort relay, const PublicKey& relay_key, Question question,
                       const std::optional<IpAddress>& source) {
    return {.relay = std::move(relay),
            .relay_key = relay_key,
            .time = kAskAloneTime,
            .source = source,
            .say = [question = std::move(question)](
                       Link& link) { link.send(frame_of(question, kOnlyAsk)); },
            .hear = answered};
}

}  // namespace

class AskingAlone::Impl {
public:
    Impl(const AgentWorld& world, Exchange::Plan plan, Done done)
        : exchange_(world, std::move(plan), [done = std::move(done)](auto outcome) mutable {
              if (!outcome) return done(std::unexpected(std::move(outcome.error())));
              done({});
          }) {}

private:
    Exchange exchange_;
};

AskingAlone::AskingAlone(const AgentWorld& world, HostPort relay, const PublicKey& relay_key,
                         Question question, Done done, std::optional<IpAddress> source)
    : impl_(std::make_unique<Impl>(
          world, plan_of(std::move(relay), relay_key, std::move(question), source),
          std::move(done))) {}
AskingAlone::~AskingAlone() = default;

}  // namespace homeport::tunnel
