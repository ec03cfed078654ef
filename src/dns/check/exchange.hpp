#pragma once
/// One question to one server: datagrams until a reply comes, TCP when the reply was truncated
/// (RFC 7766 section 5). Pure: it is told the time and what happened, and says what to do.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "dns/check/question.hpp"

#include <array>
#include <cstdint>

namespace homeport::dns::check {

struct Request {
    Endpoint to;
    Ask ask;
};

struct Outcome {
    enum class Kind : std::uint8_t {
        reply,
        silent,       ///< no reply in time
        unreachable,  ///< this host has no way there, for example no IPv6
        garbled,      ///< the reply is malformed
        no_tcp,       ///< the reply was truncated, and TCP did not bring the whole
    };
    Kind kind = Kind::silent;
    Reply reply;
    Duration took{};  ///< since the first datagram
};

class Exchange {
public:
    enum class Action : std::uint8_t {
        none,  ///< wait: for what comes, and until deadline()
        send,  ///< message() by UDP
        dial,  ///< send message() by TCP
        over,  ///< outcome() stands
    };

    /// `id` is not to be guessed. `timeout` is the time for all datagrams together, and once more
    /// for TCP.
    Exchange(Request request, std::uint16_t id, Duration timeout);

    Action poll(TimePoint now);
    TimePoint deadline() const { return deadline_; }

    void on_datagram(const Endpoint& from, Bytes datagram, TimePoint now);
    void on_send_failed(Errc why);
    /// A whole message, without its length.
    void on_tcp_message(Bytes message, TimePoint now);
    void on_tcp_failed();

    const Endpoint& server() const { return request_.to; }
    Bytes message() const { return Bytes(message_).first(message_bytes_); }
    Outcome& outcome() { return outcome_; }

private:
    enum class State : std::uint8_t { asking, truncated, connected, over };

    Action try_again(TimePoint now);
    void take(Result<Reply> reply, TimePoint now);
    void end(Outcome::Kind kind);

    Request request_;
    std::uint16_t id_;
    Duration timeout_;
    std::array<std::byte, kQuestionBytes> message_;
    std::size_t message_bytes_;
    State state_ = State::asking;
    int tries_ = 0;
    TimePoint started_{};
    TimePoint deadline_{};  ///< past: poll() begins at once
    Outcome outcome_;
};

}  // namespace homeport::dns::check
