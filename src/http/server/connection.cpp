#include "http/server/connection.hpp"

#include "core/assert.hpp"
#include "core/text.hpp"
#include "http/forwarded.hpp"

#include <algorithm>
#include <utility>

namespace homeport::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// The fields that have a place of their own in a Request. False: Authorization came twice, and we
/// do not choose whom to believe.
bool name_fields(const FieldBlock& block, Request& request) {
    unsigned authorizations = 0;
    for (const HeadField& field : block.all()) {
        if (field.kind != FieldKind::other) continue;
        if (equals_ignoring_case(field.name, "Authorization")) {
            request.authorization = field.value;
            ++authorizations;
        } else if (equals_ignoring_case(field.name, "Content-Type")) {
            request.content_type = field.value;
        } else if (equals_ignoring_case(field.name, "User-Agent")) {
            request.user_agent = field.value;
        }
    }
    return authorizations <= 1;
}

}  // namespace

std::string_view Request::field(std::string_view name) const {
    for (const HeadField& field : fields->all()) {
        if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return {};
}

Responder::~Responder() {
    if (line_) (*this)(error_response(500));
}

void Responder::operator()(const Response& response) {
    const auto line = std::exchange(line_, nullptr);
    HOMEPORT_ASSERT(line != nullptr);
    if (*line != nullptr) (*line)->take_answer(response);
}

std::string_view Shared::date() {
    const UnixSeconds now = loop.wall();
    if (now != std::exchange(dated_, now)) date_ = http_date(now);
    return date_;
}

Connection::Connection(Shared& shared, std::unique_ptr<net::Stream> stream, const Endpoint& peer,
                       bool secure)
    : shared_(shared),
      stream_(std::move(stream)),
      peer_(peer),
      line_(std::make_shared<Connection*>(this)),
      edges_(net::call<&Connection::run>(this)),
      again_(net::call<&Connection::run>(this)),
      timer_(shared.loop.timers(), net::call<&Connection::on_time>(this)),
      secure_(secure) {
    stream_->set_handler(&edges_);
}

Connection::~Connection() {
    *line_ = nullptr;
    stream_->set_handler(nullptr);
}

void Connection::run() {
    if (again_.pending()) return;  // the posted turn comes soon and sees the edges
    in_turn_ = true;
    produce();
    if (!flush()) dead_ = true;
    in_turn_ = false;
    conclude();
}

// --- requests

void Connection::produce() {
    starved_ = false;
    for (std::size_t left = kRequestsPerTurn; left > 0 && taking();) {
        if (step()) {
            --left;
        } else if (!read_more()) {
            starved_ = true;
            return;
        }
    }
}

/// False: more has to arrive first.
bool Connection::step() {
    return state_ == State::head ? scan_head() : scan_body();
}

bool Connection::scan_head() {
    const HeadScanner::Result result = scanner_.feed(held().subspan(scanner_.scanned()));
    if (result.status == HeadScanner::Result::Status::need_more) return false;
    if (result.status == HeadScanner::Result::Status::complete)
        return begin_request(result.head_bytes);
    refuse(result.error_status);
    return true;
}

bool Connection::begin_request(std::size_t head_bytes) {
    scanner_ = HeadScanner();
    head_bytes_ = head_bytes;
    body_bytes_ = 0;
    RequestHead& head = shared_.head;
    if (const int status = parse_request_head(head_text(), head)) {
        refuse(status);
        return true;
    }
    head_only_ = head.method == "HEAD";
    keep_alive_ = head.keep_alive;
    old_version_ = head.minor == 0;
    if (head.framing == Framing::none) {
        dispatch({});
        return true;
    }
    chunked_ = head.framing == Framing::chunked;
    if (!chunked_ && head.block.content_length > kMaxBodyBytes) {
        refuse(413);
        return true;
    }
    body_ = BodyScanner(head.framing, head.block.content_length);
    state_ = State::body;
    // RFC 9110 section 10.1.1: nobody waits for it who has begun to send.
    if (head.expect_continue && held().size() == head_bytes_) output_ += kContinue;
    return true;
}

bool Connection::scan_body() {
    const auto result = body_.scan(held().subspan(head_bytes_ + body_bytes_));
    body_bytes_ += result.bytes;
    if (result.error) {
        refuse(400);
    } else if (chunked_ && body_bytes_ > kMaxChunkedBytes) {
        refuse(413);
    } else if (body_.ended()) {
        end_body();
    } else {
        return false;
    }
    return true;
}

void Connection::end_body() {
    // Bytes that came since have moved the head, and other clients have used the room for it.
    const int status = parse_request_head(head_text(), shared_.head);
    HOMEPORT_ASSERT(status == 0);
    const std::string_view body = as_text(held().subspan(head_bytes_, body_bytes_));
    if (!chunked_) return dispatch(body);
    shared_.joined_body.clear();
    append_chunk_data(body, shared_.joined_body);
    if (shared_.joined_body.size() > kMaxBodyBytes) return refuse(413);
    dispatch(shared_.joined_body);
}

/// Requires the request's head in Shared.
void Connection::dispatch(std::string_view body) {
    const RequestHead& head = shared_.head;
    const Origin origin = origin_of(head.block, peer_, secure_, shared_.options.trusted_proxies);
    const auto mark = head.path.find('?');
    Request request{.method = head.method,
                    .path = head.path.substr(0, mark),
                    .host = head.host,
                    .body = body,
                    .peer = peer_,
                    .source = origin.source,
                    .secure = origin.secure,
                    .fields = &head.block};
    if (mark != std::string_view::npos) request.query = head.path.substr(mark + 1);
    if (!name_fields(head.block, request)) return refuse(400);
    ++shared_.counters.requests;
    leave_waiting(State::handling);
    progress_ = true;
    shared_.handler.handle(request, Responder(line_));
    used_ += head_bytes_ + body_bytes_;
}

void Connection::take_answer(const Response& response) {
    HOMEPORT_ASSERT(state_ == State::handling);
    append_response(output_, response,
                    {.head_only = head_only_,
                     .keep_alive = keep_alive_,
                     .old_version = old_version_,
                     .date = shared_.date()});
    state_ = keep_alive_ ? State::head : State::closing;
    head_only_ = false;  // what comes next may be refused before it shows its method
    if (!in_turn_) again_.post(shared_.loop);
}

/// Nobody's place is taken who is being answered. A byte more is no reason to begin to wait anew:
/// else who sends one now and then would keep a place for good.
void Connection::leave_waiting(State next) {
    state_ = next;
    by_wait.unlink();
    of_source.unlink();
}

/// Answers without the handler; the client's next bytes would mean nothing certain.
void Connection::refuse(int status) {
    ++shared_.counters.bad_requests;
    append_response(output_, error_response(status),
                    {.head_only = head_only_, .keep_alive = false, .date = shared_.date()});
    used_ = input_.size();
    leave_waiting(State::closing);
    linger_ = !input_ended_;
    progress_ = true;
}

// --- bytes

/// False: nothing more is there now.
bool Connection::read_more() {
    if (input_ended_ || !edges_.readable) return false;
    const net::IoResult result = stream_->read(MutableBytes(shared_.read_room));
    switch (result.status) {
    case net::IoResult::Status::ok:
        break;
    case net::IoResult::Status::again:
        edges_.readable = false;
        return false;
    case net::IoResult::Status::eof:
        input_ended_ = true;
        return false;
    case net::IoResult::Status::error:
        dead_ = true;
        return false;
    }
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    const auto end = shared_.read_room.begin() + static_cast<std::ptrdiff_t>(result.bytes);
    input_.insert(input_.end(), shared_.read_room.begin(), end);
    return true;
}

/// False: the stream is dead.
bool Connection::flush() {
    while (unsent() > 0 && edges_.writable) {
        const net::IoResult result =
            stream_->write(as_bytes(std::string_view(output_).substr(sent_)));
        if (result.status == net::IoResult::Status::again) {
            edges_.writable = false;
            break;
        }
        if (result.status != net::IoResult::Status::ok) return false;
        sent_ += result.bytes;
        progress_ = true;
    }
    // Half of it at least, so that moving the rest costs no more than sending did.
    if (unsent() == 0 || (sent_ > kUnsentBytes && sent_ >= unsent())) {
        output_.erase(0, sent_);
        sent_ = 0;
    }
    return true;
}

/// What the connection waits for now.
void Connection::conclude() {
    if (dead_ || over()) return shared_.remove(*this);
    if (state_ == State::closing && unsent() == 0) linger();
    if (state_ == State::lingering && !discard_input()) return shared_.remove(*this);
    give_back();
    if (taking() && !starved_) again_.post(shared_.loop);
    arm_timer();
    const bool awaited = wait_ == Wait::idle || wait_ == Wait::head || wait_ == Wait::body;
    if (awaited && !again_.pending()) shared_.note_waiting(*this);
}

void Connection::give_back() {
    if (used_ == input_.size()) {
        used_ = 0;
        input_.clear();
        if (input_.capacity() > kKeptBytes) input_ = {};
    }
    if (output_.empty() && output_.capacity() > kKeptBytes) output_ = std::string();
}

/// Closing with unread input can make the kernel send a reset, which overtakes our last bytes.
void Connection::linger() {
    stream_->shutdown_write();
    state_ = State::lingering;
}

/// False: the client has ended, or sends without end.
bool Connection::discard_input() {
    while (edges_.readable && discarded_ <= kLingerBytes) {
        const net::IoResult result = stream_->read(MutableBytes(shared_.read_room));
        if (result.status == net::IoResult::Status::again) {
            edges_.readable = false;
            return true;
        }
        if (result.status != net::IoResult::Status::ok) return false;
        discarded_ += result.bytes;
    }
    return discarded_ <= kLingerBytes;
}

// --- time

Connection::Wait Connection::waits_for() const {
    if (unsent() > 0) return Wait::client;
    switch (state_) {
    case State::head:
        return held().empty() ? Wait::idle : Wait::head;
    case State::body:
        return Wait::body;
    case State::handling:
        return Wait::handler;
    default:
        return Wait::linger;
    }
}

Duration Connection::patience() const {
    switch (wait_) {
    case Wait::idle:
        return kIdleTime;
    case Wait::head:
        return kHeadTime;
    case Wait::body:
        return kBodyTime;
    case Wait::handler:
        return kAnswerTime;
    case Wait::client:
        return kStallTime;
    default:
        return kLingerTime;
    }
}

void Connection::arm_timer() {
    const Wait now_for = waits_for();
    if (std::exchange(progress_, false) || now_for != wait_) since_ = shared_.loop.now();
    wait_ = now_for;
    timer_.arm(since_ + patience());
}

void Connection::on_time() {
    switch (wait_) {
    case Wait::head:
    case Wait::body:
        refuse(408);
        return run();
    case Wait::handler:
    case Wait::client:
        return cut();
    case Wait::idle:
        ++shared_.counters.idle;
        break;
    case Wait::linger:
        break;
    }
    shared_.remove(*this);
}

void Connection::cut() {
    ++shared_.counters.cut;
    stream_->reset();
    shared_.remove(*this);
}

}  // namespace homeport::http
