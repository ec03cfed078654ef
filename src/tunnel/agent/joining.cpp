#include "tunnel/agent/agent.hpp"
#include "tunnel/limits.hpp"
#include "tunnel/link.hpp"
#include "tunnel/protocol/limits.hpp"

namespace homeport::tunnel {

class Joining::Impl final : public LinkUser {
public:
    Impl(const AgentWorld& world, Token token, Done done)
        : world_(world),
          token_(std::move(token)),
          done_(std::move(done)),
          timer_(world.loop.timers(), net::call<&Impl::late>(this)),
          report_(net::call<&Impl::report>(this)) {
        timer_.arm(world_.loop.now() + kJoinTimeout);
        pending_ =
            world_.network.resolve(token_.relay.host, [this](Result<std::vector<IpAddress>> found) {
                if (!found) return finish(std::unexpected(found.error()));
                addresses_ = std::move(*found);
                dial_next();
            });
    }

private:
    void dial_next() {
        const Endpoint to{addresses_.back(), token_.relay.port};
        addresses_.pop_back();
        pending_ = world_.network.dial(to, {.timeout = kJoinTimeout / 3},
                                       [this](Result<std::unique_ptr<net::Stream>> stream) {
                                           if (stream) return connected(std::move(*stream));
                                           if (!addresses_.empty()) return dial_next();
                                           finish(std::unexpected(stream.error()));
                                       });
    }

    void connected(std::unique_ptr<net::Stream> stream) {
        link_ = std::make_unique<Link>(LinkId{1}, world_.loop, world_.pool,
                                       world_.security.connect(std::move(stream), token_.relay_key),
                                       *this, kMaxFirstFrameBytes);
    }

    void on_link_up(Link& link) override { link.send(JoinFrame{token_.secret}); }

    Result<> on_link_frame(Link&, const Frame& frame, const ChunkRef&) override {
        if (const auto* joined = std::get_if<JoinedFrame>(&frame)) {
            finish(std::string(joined->relay_name));
        } else if (const auto* refused = std::get_if<RefusedFrame>(&frame)) {
            finish(fail(refused->code, std::string(refused->reason)));
        }
        return {};
    }
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link&, const std::string& reason) override {
        finish(fail(Errc::denied, "the relay did not let us in: " + reason));
    }

    void late() {
        finish(fail(Errc::timed_out, "no answer from the relay at " + token_.relay.to_string()));
    }

    void finish(Result<std::string> result) {
        if (result_) return;
        result_ = std::move(result);
        report_.post(world_.loop);
    }

    /// Runs from the loop with nothing of ours on the stack: the receiver may destroy us.
    void report() {
        Done done = std::move(done_);
        Result<std::string> result = std::move(*result_);
        if (link_) link_->close();
        done(std::move(result));
    }

    AgentWorld world_;
    Token token_;
    Done done_;
    std::optional<Result<std::string>> result_;
    std::vector<IpAddress> addresses_;
    std::unique_ptr<net::Handle> pending_;
    std::unique_ptr<Link> link_;
    net::Timer timer_;
    net::Continuation report_;
};

Joining::Joining(const AgentWorld& world, Token token, Done done)
    : impl_(std::make_unique<Impl>(world, std::move(token), std::move(done))) {}
Joining::~Joining() = default;

}  // namespace homeport::tunnel
