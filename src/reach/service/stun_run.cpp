#include "reach/service/stun_run.hpp"

#include <array>
#include <utility>

namespace homeport::reach {

StunRun::StunRun(const ReachWorld& world, const IpAddress& own, const Endpoint& server, Heard heard)
    : world_(world),
      own_(own),
      server_(server),
      heard_(std::move(heard)),
      timer_(world.loop.timers(), net::call<&StunRun::step>(this)) {}

Result<> StunRun::start() {
    net::DatagramPortOptions options;
    options.on_fault = [this](const Endpoint& to, const net::DatagramFault& fault) {
        if (to != behaviour_->server() || fault.kind == net::DatagramFault::Kind::hop_limit) return;
        behaviour_->on_unreachable();
        step();
    };
    auto port = world_.network.open_datagrams(
        {own_, 0}, options, [this](const Endpoint& from, Bytes datagram) {
            behaviour_->on_datagram(from, datagram, world_.loop.now());
            step();
        });
    if (!port) return std::unexpected(port.error());
    port_ = std::move(*port);
    std::array<StunId, NatBehaviour::kQuestions> ids;
    for (StunId& id : ids) world_.entropy.fill(id);
    behaviour_ = std::make_unique<NatBehaviour>(server_, port_->local(), ids);
    timer_.arm(world_.loop.now());
    return {};
}

void StunRun::step() {
    while (!over_) {
        const auto action = behaviour_->poll(world_.loop.now());
        over_ = action == StunQuestion::Action::over;
        const bool seen = behaviour_->findings().mapped.has_value();
        if (over_ || (seen && !std::exchange(seen_, true))) heard_(behaviour_->findings());
        switch (action) {
        case StunQuestion::Action::send:
            if (!port_->send(behaviour_->server(), behaviour_->message())) {
                behaviour_->on_unreachable();
            }
            break;
        case StunQuestion::Action::none:
            return timer_.arm(behaviour_->deadline());
        case StunQuestion::Action::over:
            return timer_.cancel();
        }
    }
}

}  // namespace homeport::reach
