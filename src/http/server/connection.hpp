#pragma once
/// One client of a Server. A turn looks at what has arrived, takes requests until there is no room,
/// no whole request or the turn is over, and sends what was answered.

#include "core/intrusive_list.hpp"
#include "http/body.hpp"
#include "http/head.hpp"
#include "http/server/server.hpp"
#include "net/pump.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::http {

/// What the connections of one server have in common.
struct Shared {
    Shared(net::Loop& on, Handler& by, ServerOptions bounds)
        : loop(on), handler(by), options(std::move(bounds)) {}
    virtual void remove(Connection& connection) = 0;
    virtual void note_waiting(Connection& connection) = 0;
    /// Now, as answers carry it.
    std::string_view date();

    net::Loop& loop;
    Handler& handler;
    const ServerOptions options;
    ServerCounters counters;
    // Used within one turn of one connection.
    std::vector<std::byte> read_room = std::vector<std::byte>(kReadBytes);
    RequestHead head;
    std::string joined_body;

protected:
    ~Shared() = default;

private:
    UnixSeconds dated_ = -1;
    std::string date_;
};

class Connection {
public:
    Connection(Shared& shared, std::unique_ptr<net::Stream> stream, const Endpoint& peer,
               bool secure);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// May end with the connection's removal.
    void run();
    /// The answer to the request that the handler has; never removes the connection.
    void take_answer(const Response& response);
    const Endpoint& peer() const { return peer_; }

    ListHook by_wait;       ///< all that a request is awaited from, the longest first
    ListHook of_source;     ///< the same, of one source
    std::size_t index = 0;  ///< in the server's list
    bool counted = false;   ///< among those of its source

private:
    enum class State : std::uint8_t {
        head,
        body,
        handling,  ///< the handler has the request
        closing,   ///< after the output
        lingering,
    };
    /// What the timer runs for.
    enum class Wait : std::uint8_t { idle, head, body, handler, client, linger };

    void produce();
    bool step();
    bool scan_head();
    bool scan_body();
    bool begin_request(std::size_t head_bytes);
    void end_body();
    void dispatch(std::string_view body);
    void leave_waiting(State next);
    void refuse(int status);
    bool read_more();
    bool flush();
    void conclude();
    void give_back();
    void linger();
    bool discard_input();
    void arm_timer();
    void on_time();
    void cut();
    Wait waits_for() const;
    Duration patience() const;

    Bytes held() const { return Bytes(input_).subspan(used_); }
    std::string_view head_text() const { return as_text(held().first(head_bytes_)); }
    std::size_t unsent() const { return output_.size() - sent_; }
    bool taking() const {
        return (state_ == State::head || state_ == State::body) && unsent() < kUnsentBytes;
    }
    bool over() const {
        if (unsent() > 0) return false;
        return (state_ == State::closing && !linger_) || (taking() && starved_ && input_ended_);
    }

    Shared& shared_;
    std::unique_ptr<net::Stream> stream_;
    Endpoint peer_;
    std::shared_ptr<Connection*> line_;  ///< what Responders hold
    net::Edges edges_;
    net::Continuation again_;
    net::Timer timer_;
    std::vector<std::byte> input_;
    std::size_t used_ = 0;  ///< of input_: requests answered, or with the handler
    std::string output_;
    std::size_t sent_ = 0;  ///< of output_
    HeadScanner scanner_;
    BodyScanner body_;
    std::size_t head_bytes_ = 0;  ///< of this request, from used_ on
    std::size_t body_bytes_ = 0;  ///< behind them, as far as they were scanned
    std::size_t discarded_ = 0;   ///< while lingering
    TimePoint since_{};           ///< the beginning of this wait
    State state_ = State::head;
    Wait wait_ = Wait::idle;
    bool secure_;
    bool in_turn_ = false;
    bool progress_ = true;  ///< in this turn: a request was taken, or bytes left
    bool starved_ = false;  ///< nothing more can be done before more arrives
    bool input_ended_ = false;
    bool dead_ = false;
    bool linger_ = false;  ///< before closing: the client may still be sending
    bool chunked_ = false;
    bool head_only_ = false;
    bool keep_alive_ = true;
    bool old_version_ = false;
};

}  // namespace homeport::http
