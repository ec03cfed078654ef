#include "tunnel/agent/exchange.hpp"

#include "tunnel/protocol/limits.hpp"

namespace homeport::tunnel {
namespace {

/// What became of the way to the relay is not to be mistaken for its answer.
Exchange::Outcome not_reached(const Error& error) {
    return fail(Errc::unreachable, error.what);
}

}  // namespace

Exchange::Exchange(const AgentWorld& world, Plan plan, Done done)
    : world_(world),
      plan_(std::move(plan)),
      done_(std::move(done)),
      timer_(world.loop.timers(), net::call<&Exchange::late>(this)),
      report_(net::call<&Exchange::report>(this)) {
    timer_.arm(world_.loop.now() + plan_.time);
    pending_ =
        world_.network.resolve(plan_.relay.host, [this](Result<std::vector<IpAddress>> found) {
            if (!found) return finish(not_reached(found.error()));
            addresses_ = std::move(*found);
            begin();
        });
}

Exchange::~Exchange() = default;

void Exchange::begin() {
    if (!plan_.source) return dial_next();
    const IpAddress& source = *plan_.source;
    std::erase_if(addresses_, [&source](const IpAddress& address) {
        return address.is_v4() != source.is_v4();
    });
    if (!addresses_.empty()) return dial_next();
    finish(fail(Errc::unreachable,
                plan_.relay.host + " has no address of the family of " + source.to_string()));
}

void Exchange::dial_next() {
    const Endpoint to{addresses_.back(), plan_.relay.port};
    addresses_.pop_back();
    pending_ = world_.network.dial(to, {.timeout = plan_.time / 3, .source = plan_.source},
                                   [this](Result<std::unique_ptr<net::Stream>> stream) {
                                       if (stream) return connected(std::move(*stream));
                                       if (!addresses_.empty()) return dial_next();
                                       finish(not_reached(stream.error()));
                                   });
}

void Exchange::connected(std::unique_ptr<net::Stream> stream) {
    link_ = std::make_unique<Link>(LinkId{1}, world_.loop, world_.pool,
                                   world_.security.connect(std::move(stream), plan_.relay_key),
                                   *this, kMaxFirstFrameBytes);
}

void Exchange::on_link_up(Link& link) {
    plan_.say(link);
}

Result<> Exchange::on_link_frame(Link&, const Frame& frame, const ChunkRef&) {
    if (const auto* refused = std::get_if<RefusedFrame>(&frame)) {
        finish(fail(refused->code, std::string(refused->reason)));
    } else if (auto outcome = plan_.hear(frame); outcome) {
        finish(std::move(*outcome));
    }
    return {};
}

void Exchange::on_link_down(Link&, const std::string& reason) {
    finish(fail(Errc::denied, "the relay did not let us in: " + reason));
}

void Exchange::late() {
    finish(fail(Errc::timed_out, "no answer from the relay at " + plan_.relay.to_string()));
}

void Exchange::finish(Outcome outcome) {
    if (outcome_) return;
    outcome_ = std::move(outcome);
    report_.post(world_.loop);
}

/// Runs from the loop with nothing of ours on the stack: the receiver may destroy us.
void Exchange::report() {
    Done done = std::move(done_);
    Outcome outcome = std::move(*outcome_);
    if (link_) link_->close();
    done(std::move(outcome));
}

}  // namespace homeport::tunnel
