#pragma once
/// One connection of an http visitor: reads requests, routes each by its Host, passes it to the
/// home and the response back, both with back-pressure, and keeps visitor and home connected for
/// the next one. What cannot be served is answered by the relay itself (stand_in.hpp); a response
/// that breaks off is never ended as if it were whole: the visitor sees a reset.
///
/// Between requests it holds no buffers. Its parts: http_visitor.cpp (life, timers, request heads),
/// http_visitor_request.cpp, http_visitor_response.cpp, http_visitor_answer.cpp (own answers,
/// closing).

#include "core/chunk.hpp"
#include "front/hall.hpp"
#include "front/home_wait.hpp"
#include "http/body.hpp"
#include "http/head.hpp"
#include "net/pump.hpp"

#include <string>

namespace homeport::front {

class HttpVisitor final : public VisitorBase {
public:
    HttpVisitor(Hall& hall, Arrival arrival);
    ~HttpVisitor() override;

    void begin() override { run(); }
    bool leave(const ServiceEntry& entry) override;
    bool idle_at_drain() override;

private:
    enum class State : std::uint8_t {
        reading,    ///< waiting for a request's head, or reading it
        serving,    ///< a request is with the home
        raw,        ///< after 101: the pump has both streams
        answering,  ///< writing an answer of our own
        lingering,  ///< all is written; reading until the visitor has seen it
        closed,     ///< to be removed at the end of this turn
    };

    /// One request with its response.
    struct Exchange {
        std::string host;          ///< canonical
        std::string request_head;  ///< kept until sent, or while it may be repeated
        std::size_t request_head_sent = 0;
        std::string response_head;  ///< of the response, an interim one or our own answer
        std::size_t response_head_sent = 0;
        http::BodyScanner request_body;
        http::BodyScanner response_body;
        std::size_t request_ready = 0;   ///< bytes at the front of in_ that belong to the body
        std::size_t response_ready = 0;  ///< likewise of out_, to be written to the visitor
        http::HeadScanner response_scanner;
        TimePoint starved_since = kNever;  ///< we want body bytes and the visitor sends none
        TimePoint blocked_since = kNever;  ///< we have bytes and the visitor takes none
        unsigned interims = 0;
        bool old_version = false;  ///< the visitor speaks HTTP/1.0
        bool keep_alive = false;   ///< the visitor wants to go on
        bool head_request = false;
        bool repeatable = false;
        bool repeated = false;
        bool upgrade = false;
        bool reused = false;              ///< the home's stream served an earlier request
        bool response_begun = false;      ///< a byte of a response has come
        bool response_forwarded = false;  ///< the final head is on its way to the visitor
        bool stream_ended = false;        ///< the home's stream ended a body without length
        bool home_keeps = false;          ///< the home's server keeps its connection
        bool close_after = false;
    };

    using IoStatus = net::IoResult::Status;

    // Life.
    void run();
    bool step();
    void on_timeout();
    void expire();
    TimePoint deadline() const;
    void arm_timer();
    void spend(std::size_t bytes) { budget_ -= std::min(budget_, bytes); }
    IoStatus fill(net::Stream& from, net::Edges& edges, SliceQueue& into, std::size_t want);

    // Request heads, and the stream to the home.
    bool read_head();
    bool scan_head();
    void begin_request(std::size_t head_bytes);
    void take_request(const http::RequestHead& request, ServiceEntry& entry);
    void attach_home();
    void open_home();
    void keep_home();
    void drop_home();
    void probe_home();
    bool check_wait();
    void home_failed(IoStatus status);
    void repeat();
    void leave_service();

    // Visitor to home.
    bool send_request();
    bool send_request_head();
    bool send_request_body();
    bool scan_request_body();
    bool write_request_ready();
    bool move_request_body();
    bool watch_visitor();
    bool request_done() const;
    void visitor_ended_early();
    void visitor_gone();

    // Home to visitor.
    bool receive_response();
    bool pending_output() const;
    bool flush();
    bool read_response_head();
    void take_response_head(std::size_t head_bytes);
    void take_final_head(const http::ResponseHead& response);
    void start_raw(const http::ResponseHead& response, std::size_t head_bytes);
    void on_raw_done();
    bool move_response_body();
    bool drain_response_body();
    void scan_response_body();
    void response_stream_over(IoStatus status);
    void finish_response();
    void truncated();

    // Answers of our own, and closing.
    void answer_error(int status);
    void answer_stand_in();
    void answer(int status, Page page);
    bool write_answer();
    void close_gently();
    void linger();
    bool drain_input();

    Hall& hall_;
    std::unique_ptr<net::Stream> visitor_;
    std::unique_ptr<net::BufferedStream> home_;
    std::unique_ptr<net::Pump> raw_;
    ServiceEntry* service_ = nullptr;  ///< of the current request, else of home_
    Visitor who_;
    net::Edges visitor_edges_;
    net::Edges home_edges_;
    net::Continuation again_;
    net::Timer timer_;
    HomeWait wait_;
    SliceQueue in_;   ///< from the visitor, not yet passed on
    SliceQueue out_;  ///< from the home, not yet passed on
    http::HeadScanner scanner_;
    Exchange exchange_;
    Page page_;
    std::size_t page_sent_ = 0;
    TimePoint since_;         ///< start of the state, or of the head being read
    std::size_t budget_ = 0;  ///< bytes left of this turn
    std::size_t drained_ = 0;
    State state_ = State::reading;
    bool visitor_eof_ = false;
    bool counted_ = false;  ///< in service_->streams
};

static_assert(sizeof(HttpVisitor) <= 1024);

}  // namespace homeport::front
