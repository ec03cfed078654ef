#include "app/names/answers.hpp"

#include "app/names/limits.hpp"

#include <chrono>
#include <utility>

namespace homeport::app {
namespace {

TimePoint monotonic_now() {
    return TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

UnixSeconds wall_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Counts down when the update's way ends, answered or not.
class OnTheWay {
public:
    explicit OnTheWay(std::shared_ptr<UdpAnswers::Waiting> waiting)
        : waiting_(std::move(waiting)) {}
    OnTheWay(OnTheWay&&) noexcept = default;
    OnTheWay& operator=(OnTheWay&&) = delete;
    ~OnTheWay() {
        if (waiting_) waiting_->fetch_sub(1, std::memory_order_relaxed);
    }

private:
    std::shared_ptr<UdpAnswers::Waiting> waiting_;
};

}  // namespace

void UdpAnswers::begin_batch() {
    responder_.begin_batch(monotonic_now(), wall_now());
}

std::size_t UdpAnswers::answer(const net::DatagramRequest& request, MutableBytes reply) {
    if (!responder_.ready()) return 0;  // whoever asks comes again
    const std::size_t bytes =
        responder_.respond(request.bytes, request.from.address, dns::Transport::udp, reply);
    if (responder_.wish() == dns::Wish::update) hand_over(request);
    return bytes;
}

void UdpAnswers::hand_over(const net::DatagramRequest& request) {
    if (waiting_->fetch_add(1, std::memory_order_relaxed) >= kMaxUpdatesOnTheWay) {
        waiting_->fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    UpdateRequest update{{request.bytes.begin(), request.bytes.end()},
                         [back = request.way_back(),
                          counted = OnTheWay(waiting_)](const std::vector<std::byte>& message) {
                             if (!message.empty()) back->send(message);
                         }};
    mailbox_.send(
        [&sink = sink_, update = std::move(update)]() mutable { sink(std::move(update)); });
}

dns::Reply TcpAnswers::answer(Bytes request, const Endpoint& from, MutableBytes out) {
    responder_.begin_batch(loop_.now(), loop_.wall());
    const std::size_t bytes = responder_.respond(request, from.address, dns::Transport::tcp, out);
    switch (responder_.wish()) {
    case dns::Wish::none:
        break;
    case dns::Wish::transfer:
        return transfer(request, out);
    case dns::Wish::update:
        return update(request);
    }
    return {bytes, nullptr, nullptr};
}

dns::Reply TcpAnswers::transfer(Bytes request, MutableBytes out) {
    auto source = transfers_(request, responder_.query(), responder_.signature());
    if (source) return {0, std::move(*source), nullptr};
    return {
        write_rcode(responder_.query(), source.error(), responder_.signature(), loop_.wall(), out),
        nullptr, nullptr};
}

dns::Reply TcpAnswers::update(Bytes request) {
    auto late = std::make_shared<dns::LateReply>();
    sink_({{request.begin(), request.end()},
           [late](std::vector<std::byte> message) { late->complete(std::move(message)); }});
    return {0, nullptr, std::move(late)};
}

std::size_t write_rcode(const dns::Query& query, dns::Rcode rcode, const dns::TsigCheck& signature,
                        UnixSeconds now, MutableBytes out) {
    dns::TsigSigner signer(signature);
    if (out.size() < dns::kLeastAnswerBytes + signer.reserve()) return 0;
    dns::MessageWriter writer(out);
    dns::answer_error(
        query, rcode,
        {.max_bytes = out.size(), .datagram = false, .reserved_bytes = signer.reserve()}, writer);
    const Bytes message = writer.finish();
    return signer.sign(out, message.size(), now);
}

}  // namespace homeport::app
