#include "dns/check/round.hpp"

#include "dns/check/limits.hpp"
#include "dns/check/tcp_talk.hpp"
#include "net/pump.hpp"

#include <algorithm>
#include <optional>

namespace homeport::dns::check {
namespace {

/// A local address of the family of `server`; the kernel chooses the rest.
Endpoint any_like(const IpAddress& server) {
    return {server.is_v4() ? IpAddress::v4({}) : IpAddress::v6({}), 0};
}

/// One exchange with its port, timer and connection.
class Asking {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
    };

    Asking(const World& world, Exchange exchange, net::Callback on_over)
        : world_(world),
          exchange_(std::move(exchange)),
          on_over_(on_over),
          timer_(world.loop.timers(), net::call<&Asking::run>(this)) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    /// Does what is to be done now.
    void run();
    bool over() const { return over_; }
    Outcome& outcome() { return exchange_.outcome(); }

private:
    void send();
    Result<> open_port();
    void dial();
    void on_dialled(Result<std::unique_ptr<net::Stream>> stream);
    void on_talk();
    void note_over();

    World world_;
    Exchange exchange_;
    net::Callback on_over_;
    net::Timer timer_;
    std::unique_ptr<net::DatagramPort> port_;
    std::unique_ptr<net::Handle> dialling_;
    std::optional<TcpTalk> talk_;
    bool over_ = false;
};

void Asking::run() {
    while (true) {
        switch (exchange_.poll(world_.loop.now())) {
        case Exchange::Action::none:
            timer_.arm(exchange_.deadline());
            return;
        case Exchange::Action::send:
            send();
            break;
        case Exchange::Action::dial:
            dial();
            break;
        case Exchange::Action::over:
            return note_over();
        }
    }
}

void Asking::send() {
    auto sent = open_port();
    if (sent) sent = port_->send(exchange_.server(), exchange_.message());
    if (!sent) exchange_.on_send_failed(sent.error().code);
}

Result<> Asking::open_port() {
    if (port_) return {};
    auto port = world_.network.open_datagrams(
        any_like(exchange_.server().address), [this](const Endpoint& from, Bytes datagram) {
            exchange_.on_datagram(from, datagram, world_.loop.now());
            run();
        });
    if (!port) return std::unexpected(port.error());
    port_ = std::move(*port);
    return {};
}

void Asking::dial() {
    dialling_ = world_.network.dial(
        exchange_.server(), {.timeout = exchange_.deadline() - world_.loop.now()},
        [this](Result<std::unique_ptr<net::Stream>> stream) { on_dialled(std::move(stream)); });
}

void Asking::on_dialled(Result<std::unique_ptr<net::Stream>> stream) {
    if (over_) return;
    if (!stream) {
        exchange_.on_tcp_failed();
        return run();
    }
    talk_.emplace(std::move(*stream), exchange_.message(), net::call<&Asking::on_talk>(this));
    talk_->start();
    on_talk();
}

void Asking::on_talk() {
    if (over_ || talk_->state() == TcpTalk::State::busy) return;
    if (talk_->state() == TcpTalk::State::replied) {
        exchange_.on_tcp_message(talk_->reply(), world_.loop.now());
    }
    exchange_.on_tcp_failed();  // also when the message was not the reply: there is no other
    run();
}

void Asking::note_over() {
    timer_.cancel();
    if (over_) return;
    over_ = true;
    on_over_();
}

}  // namespace

/// Whoever is over is taken away by a task of its own, so that nobody dies inside a call.
struct Round::Impl {
    Impl(net::Loop& on, net::Network& by, net::Entropy& from, Duration limit,
         std::vector<Request> asked, net::Callback done)
        : loop(on),
          network(by),
          entropy(from),
          timeout(limit),
          requests(std::move(asked)),
          outcomes(requests.size()),
          on_done(done),
          sweep_soon(net::call<&Impl::sweep>(this)) {
        note_over();
    }

    struct Open {
        std::size_t index;
        std::unique_ptr<Asking> asking;
    };

    void note_over() { sweep_soon.post(loop); }
    void sweep();
    void start_more();

    net::Loop& loop;
    net::Network& network;
    net::Entropy& entropy;
    Duration timeout;
    std::vector<Request> requests;
    std::vector<Outcome> outcomes;
    net::Callback on_done;
    net::Continuation sweep_soon;
    std::size_t next = 0;  ///< request to be started
    std::vector<Open> open;
};

void Round::Impl::sweep() {
    for (Open& one : open)
        if (one.asking->over()) outcomes[one.index] = std::move(one.asking->outcome());
    std::erase_if(open, [](const Open& one) { return one.asking->over(); });
    start_more();
    const net::Callback done = on_done;
    if (open.empty()) done();
}

void Round::Impl::start_more() {
    for (; next < requests.size() && open.size() < kMaxOpenQuestions; ++next) {
        const auto id = static_cast<std::uint16_t>(entropy.u64());
        open.push_back({next, std::make_unique<Asking>(Asking::World{loop, network},
                                                       Exchange(requests[next], id, timeout),
                                                       net::call<&Impl::note_over>(this))});
        open.back().asking->run();
    }
}

Round::Round(net::Loop& loop, net::Network& network, net::Entropy& entropy, Duration timeout,
             std::vector<Request> requests, net::Callback on_done)
    : impl_(std::make_unique<Impl>(loop, network, entropy, timeout, std::move(requests), on_done)) {
}

Round::~Round() = default;

std::vector<Outcome> Round::take_outcomes() {
    return std::move(impl_->outcomes);
}

}  // namespace homeport::dns::check
