#include "dns/check/exchange.hpp"

#include "dns/check/limits.hpp"

namespace homeport::dns::check {

Exchange::Exchange(Request request, std::uint16_t id, Duration timeout)
    : request_(std::move(request)),
      id_(id),
      timeout_(timeout),
      message_bytes_(write_ask(id, request_.ask, message_).size()) {}

Exchange::Action Exchange::poll(TimePoint now) {
    if (state_ == State::truncated) {
        state_ = State::connected;
        deadline_ = now + timeout_;
        return Action::dial;
    }
    if (state_ == State::over) return Action::over;
    if (now < deadline_) return Action::none;
    if (state_ == State::asking && tries_ < kTries) return try_again(now);
    end(state_ == State::asking ? Outcome::Kind::silent : Outcome::Kind::no_tcp);
    return Action::over;
}

Exchange::Action Exchange::try_again(TimePoint now) {
    if (tries_ == 0) started_ = now;
    ++tries_;
    deadline_ = now + timeout_ / kTries;
    return Action::send;
}

void Exchange::on_datagram(const Endpoint& from, Bytes datagram, TimePoint now) {
    if (state_ != State::asking || from != request_.to) return;
    take(read_reply(datagram, id_, request_.ask), now);
}

void Exchange::on_send_failed(Errc why) {
    // Anything else passes like a lost datagram.
    if (state_ == State::asking && why == Errc::unreachable) end(Outcome::Kind::unreachable);
}

void Exchange::on_tcp_message(Bytes message, TimePoint now) {
    if (state_ != State::connected) return;
    auto reply = read_reply(message, id_, request_.ask);
    if (reply && reply->truncated) return on_tcp_failed();
    take(std::move(reply), now);
}

void Exchange::on_tcp_failed() {
    if (state_ == State::connected) end(Outcome::Kind::no_tcp);
}

void Exchange::take(Result<Reply> reply, TimePoint now) {
    if (!reply && reply.error().code == Errc::not_found) return;
    outcome_.took = now - started_;
    if (!reply) return end(Outcome::Kind::garbled);
    if (reply->truncated) {
        state_ = State::truncated;
        return;
    }
    outcome_.reply = std::move(*reply);
    end(Outcome::Kind::reply);
}

void Exchange::end(Outcome::Kind kind) {
    state_ = State::over;
    deadline_ = kNever;
    outcome_.kind = kind;
}

}  // namespace homeport::dns::check
