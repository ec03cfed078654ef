#include "front/http_visitor.hpp"

#include "front/head_queue.hpp"
#include "front/http_rewrite.hpp"
#include "front/service_entry.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::front {

HttpVisitor::HttpVisitor(Hall& hall, Arrival arrival)
    : VisitorBase(std::move(arrival.admission)),
      hall_(hall),
      visitor_(std::move(arrival.stream)),
      who_(arrival.visitor),
      visitor_edges_(net::call<&HttpVisitor::run>(this)),
      home_edges_(net::call<&HttpVisitor::run>(this)),
      again_(net::call<&HttpVisitor::run>(this)),
      timer_(hall.world.loop.timers(), net::call<&HttpVisitor::on_timeout>(this)),
      wait_(hall),
      since_(hall.now()) {
    visitor_->set_handler(&visitor_edges_);
}

HttpVisitor::~HttpVisitor() {
    leave_service();
}

void HttpVisitor::run() {
    if (again_.pending() || state_ == State::raw) return;
    budget_ = kTurnBytes;
    while (state_ != State::closed && step()) {
        if (budget_ > 0) continue;
        again_.post(hall_.world.loop);
        break;
    }
    if (state_ == State::closed) return hall_.visitors.remove(*this);
    arm_timer();
}

bool HttpVisitor::step() {
    switch (state_) {
    case State::reading:
        return read_head();
    case State::serving: {
        if (check_wait()) return true;
        const bool sent = send_request();
        if (state_ != State::serving) return true;
        return receive_response() || sent;
    }
    case State::answering:
        return write_answer();
    case State::lingering:
        return drain_input();
    case State::raw:
    case State::closed:
        break;
    }
    return false;
}

void HttpVisitor::on_timeout() {
    if (deadline() <= hall_.now()) expire();
    run();
}

void HttpVisitor::expire() {
    switch (state_) {
    case State::reading:
        if (in_.empty()) {
            state_ = State::closed;
        } else {
            answer_error(408);
        }
        return;
    case State::serving:
        // A wait that is over is settled by the next step.
        if (wait_.next() <= hall_.now()) return;
        if (exchange_.response_forwarded) return truncated();
        return answer_error(408);
    case State::answering:
        visitor_->reset();
        [[fallthrough]];
    default:
        state_ = State::closed;
    }
}

TimePoint HttpVisitor::deadline() const {
    const auto after = [](TimePoint start, Duration patience) {
        return start == kNever ? kNever : start + patience;
    };
    switch (state_) {
    case State::reading:
        return since_ + (in_.empty() ? kIdleTime : kHeadTime);
    case State::serving: {
        const TimePoint starved = home_edges_.writable ? exchange_.starved_since : kNever;
        return std::min({wait_.next(), after(starved, kBodyStallTime),
                         after(exchange_.blocked_since, kWriteStallTime)});
    }
    case State::answering:
        return since_ + kAnswerTime;
    case State::lingering:
        return since_ + kLingerTime;
    case State::raw:
    case State::closed:
        break;
    }
    return kNever;
}

void HttpVisitor::arm_timer() {
    // A timer that comes too early looks again; moving it at every turn would cost more.
    const TimePoint wanted = deadline();
    if (wanted < timer_.deadline()) timer_.arm(wanted);
}

HttpVisitor::IoStatus HttpVisitor::fill(net::Stream& from, net::Edges& edges, SliceQueue& into,
                                        std::size_t want) {
    std::array<MutableBytes, kBufferBytes / kChunkBytes + 1> views;
    const std::size_t filled = into.reserve(hall_.world.pool, want, views);
    const net::IoResult result = from.read(std::span<const MutableBytes>(views.data(), filled));
    into.commit(result.bytes);
    spend(result.bytes);
    if (result.status == IoStatus::again) edges.readable = false;
    return result.status;
}

bool HttpVisitor::read_head() {
    if (home_ && home_edges_.readable) probe_home();
    if (in_.size() > scanner_.scanned()) return scan_head();
    if (hall_.draining && in_.empty()) {
        close_gently();
        return true;
    }
    if (visitor_eof_) {
        state_ = State::closed;
        return true;
    }
    if (!visitor_edges_.readable) return false;
    const bool first = in_.empty();
    switch (fill(*visitor_, visitor_edges_, in_, 1)) {
    case IoStatus::ok:
        if (first) since_ = hall_.now();
        return true;
    case IoStatus::again:
        return false;
    default:
        state_ = State::closed;
        return true;
    }
}

bool HttpVisitor::scan_head() {
    const http::HeadScanner::Result result = scan_head_in(in_, scanner_);
    switch (result.status) {
    case http::HeadScanner::Result::Status::need_more:
        break;
    case http::HeadScanner::Result::Status::error:
        answer_error(result.error_status);
        break;
    case http::HeadScanner::Result::Status::complete:
        begin_request(result.head_bytes);
        break;
    }
    return true;
}

void HttpVisitor::begin_request(std::size_t head_bytes) {
    spend(kRequestCost);
    scanner_ = http::HeadScanner();
    http::RequestHead& request = hall_.request;
    const std::string_view head = front_text(in_, head_bytes, hall_.joined_head);
    if (const int status = http::parse_request_head(head, request)) return answer_error(status);
    exchange_.head_request = request.method == "HEAD";
    exchange_.host = canonical_host(request.host);
    ServiceEntry* const entry = hall_.http_hosts.find(exchange_.host);
    if (entry == nullptr) return answer_error(404);
    if (!entry->allows(who_.source.address)) {
        ++entry->refused_total;
        return answer_error(403);
    }
    take_request(request, *entry);
    in_.consume(head_bytes);
    if (entry->parked_by_owner) return answer_stand_in();
    attach_home();
}

void HttpVisitor::take_request(const http::RequestHead& request, ServiceEntry& entry) {
    if (service_ != &entry) {
        drop_home();
        service_ = &entry;
        ++entry.visitors_total;
    }
    exchange_.request_body = http::BodyScanner(request.framing, request.block.content_length);
    exchange_.old_version = request.minor == 0;
    exchange_.keep_alive = request.keep_alive;
    exchange_.repeatable = request.repeatable() && !request.upgrade;
    exchange_.upgrade = request.upgrade;
    exchange_.request_head = hall_.take_head();
    write_request_head(request, who_.source.address, exchange_.request_head);
}

void HttpVisitor::attach_home() {
    // A kept connection may be closing at its other end just now. Only what can be repeated is sent
    // on it; and while the home is away a fresh stream waits in the waiting room, as for anybody
    // else.
    const bool reusable =
        home_ && exchange_.repeatable && hall_.world.homes.up(service_->service.agent);
    if (!reusable) return open_home();
    exchange_.reused = true;
    state_ = State::serving;
    ++service_->streams;
    counted_ = true;
}

void HttpVisitor::open_home() {
    drop_home();
    if (!wait_.begin(*service_, who_.source.address)) {
        ++service_->refused_total;
        return answer_stand_in();
    }
    home_ = hall_.world.homes.open(service_->service.agent, service_->service.id, 0, who_);
    home_->set_handler(&home_edges_);
    home_edges_.readable = home_edges_.writable = true;
    state_ = State::serving;
    if (!counted_) ++service_->streams;
    counted_ = true;
}

void HttpVisitor::keep_home() {
    home_edges_.readable = true;
    probe_home();
}

void HttpVisitor::probe_home() {
    // Nothing may come now: an end means that the server closed, bytes would belong to no request.
    std::byte unused[1];
    if (home_->read(MutableBytes(unused)).status != IoStatus::again) return drop_home();
    home_edges_.readable = false;
}

void HttpVisitor::drop_home() {
    home_.reset();
}

bool HttpVisitor::check_wait() {
    if (!wait_.active()) return false;
    switch (wait_.check(*home_)) {
    case HomeWait::Verdict::waiting:
    case HomeWait::Verdict::established:
        return false;
    case HomeWait::Verdict::away:
        answer_stand_in();
        return true;
    case HomeWait::Verdict::slow:
        answer_error(504);
        return true;
    }
    return false;
}

void HttpVisitor::home_failed(IoStatus status) {
    if (exchange_.response_forwarded) return truncated();
    if (exchange_.response_begun) return answer_error(502);
    const Errc why = status == IoStatus::error ? home_->failure() : Errc::closed;
    const bool refused = why == Errc::refused || why == Errc::unreachable || why == Errc::denied ||
                         why == Errc::timed_out || why == Errc::not_found || why == Errc::limit;
    const bool cut = status == IoStatus::error ? !refused : exchange_.reused;
    if (cut && exchange_.repeatable && !exchange_.repeated) return repeat();
    if (why == Errc::timed_out) return answer_error(504);
    if (!refused && !hall_.world.homes.up(service_->service.agent)) return answer_stand_in();
    return answer_error(502);
}

void HttpVisitor::repeat() {
    exchange_.repeated = true;
    exchange_.reused = false;
    exchange_.request_head_sent = 0;
    exchange_.response_scanner = http::HeadScanner();
    out_.clear();
    open_home();
}

void HttpVisitor::leave_service() {
    if (counted_) --service_->streams;
    counted_ = false;
    wait_.end();
}

bool HttpVisitor::leave(const ServiceEntry& entry) {
    if (service_ != &entry) return false;
    if (state_ == State::serving) {
        visitor_->reset();
        home_->reset();
        return true;
    }
    if (state_ == State::raw) {
        raw_->outer().reset();
        raw_->inner().reset();
        return true;
    }
    drop_home();
    service_ = nullptr;
    return false;
}

bool HttpVisitor::idle_at_drain() {
    return state_ == State::reading && in_.empty();
}

}  // namespace homeport::front
