#include "front/http_visitor.hpp"

#include "front/head_queue.hpp"
#include "front/http_rewrite.hpp"
#include "front/service_entry.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::front {

bool HttpVisitor::pending_output() const {
    return exchange_.response_head_sent < exchange_.response_head.size() ||
           exchange_.response_ready > 0;
}

bool HttpVisitor::receive_response() {
    if (pending_output()) return flush();
    const bool ended = exchange_.response_body.ended() || exchange_.stream_ended;
    if (exchange_.response_forwarded && ended) {
        finish_response();
        return true;
    }
    return exchange_.response_forwarded ? move_response_body() : read_response_head();
}

/// Writes what is ready, the head and the body behind it together.
bool HttpVisitor::flush() {
    if (!visitor_edges_.writable) return false;
    std::array<Bytes, 8> views;
    std::size_t filled = 0;
    const std::string_view head =
        std::string_view(exchange_.response_head).substr(exchange_.response_head_sent);
    if (!head.empty()) views[filled++] = as_bytes(head);
    const std::size_t body_from = filled;
    filled += out_.peek(0, std::span<Bytes>(views).subspan(filled));
    std::size_t left = exchange_.response_ready;
    for (std::size_t i = body_from; i < filled; ++i) {
        views[i] = views[i].first(std::min(left, views[i].size()));
        left -= views[i].size();
    }
    while (filled > 1 && views[filled - 1].empty()) --filled;
    const net::IoResult result = visitor_->write(std::span<const Bytes>(views.data(), filled));
    if (result.status == IoStatus::again) {
        visitor_edges_.writable = false;
        if (exchange_.blocked_since == kNever) exchange_.blocked_since = hall_.now();
        return false;
    }
    if (result.status != IoStatus::ok) {
        visitor_gone();
        return true;
    }
    exchange_.blocked_since = kNever;
    service_->bytes_out += result.bytes;
    const std::size_t of_head = std::min(result.bytes, head.size());
    exchange_.response_head_sent += of_head;
    if (of_head == head.size()) {
        hall_.give_head(exchange_.response_head);
        exchange_.response_head_sent = 0;
    }
    out_.consume(result.bytes - of_head);
    exchange_.response_ready -= result.bytes - of_head;
    return true;
}

bool HttpVisitor::read_response_head() {
    if (out_.size() > exchange_.response_scanner.scanned()) {
        const http::HeadScanner::Result result = scan_head_in(out_, exchange_.response_scanner);
        if (result.status == http::HeadScanner::Result::Status::error) {
            answer_error(502);
            return true;
        }
        if (result.status == http::HeadScanner::Result::Status::complete) {
            take_response_head(result.head_bytes);
            return true;
        }
    }
    if (!home_edges_.readable) return false;
    const IoStatus status = fill(*home_, home_edges_, out_, kChunkBytes);
    if (status == IoStatus::again) return false;
    if (status != IoStatus::ok) {
        home_failed(status);
        return true;
    }
    if (!exchange_.response_begun) {
        // Not repeated any more; a head still unsent stays.
        exchange_.response_begun = true;
        exchange_.repeatable = false;
        if (exchange_.request_head_sent == exchange_.request_head.size()) {
            hall_.give_head(exchange_.request_head);
            exchange_.request_head_sent = 0;
        }
    }
    return true;
}

void HttpVisitor::take_response_head(std::size_t head_bytes) {
    exchange_.response_scanner = http::HeadScanner();
    http::ResponseHead& response = hall_.response;
    const std::string_view head = front_text(out_, head_bytes, hall_.joined_head);
    if (!http::parse_response_head(head, exchange_.head_request, response))
        return answer_error(502);
    if (response.status == 101) {
        if (!exchange_.upgrade || !request_done()) return answer_error(502);
        return start_raw(response, head_bytes);
    }
    if (response.status < 200) {
        if (++exchange_.interims > kMaxInterim) return answer_error(502);
        if (!exchange_.old_version) {
            exchange_.response_head = hall_.take_head();
            write_response_head(response, ConnectionNote::none, exchange_.response_head);
        }
        out_.consume(head_bytes);
        return;
    }
    // A chunked body would be noise to a visitor of HTTP/1.0.
    if (exchange_.old_version && response.framing == http::Framing::chunked)
        return answer_error(502);
    take_final_head(response);
    out_.consume(head_bytes);
    scan_response_body();
}

void HttpVisitor::take_final_head(const http::ResponseHead& response) {
    exchange_.response_body = http::BodyScanner(response.framing, response.block.content_length);
    exchange_.response_forwarded = true;
    exchange_.home_keeps = response.keep_alive && !exchange_.old_version && !exchange_.upgrade;
    // The rest of a request that was answered early cannot be told from the next one's head.
    exchange_.close_after = !exchange_.keep_alive || hall_.draining || !request_done() ||
                            response.framing == http::Framing::until_close ||
                            (exchange_.upgrade && !in_.empty()) || (visitor_eof_ && in_.empty());
    ConnectionNote note = exchange_.old_version ? ConnectionNote::keep_alive : ConnectionNote::none;
    if (exchange_.close_after) note = ConnectionNote::close;
    exchange_.response_head = hall_.take_head();
    write_response_head(response, note, exchange_.response_head);
}

void HttpVisitor::start_raw(const http::ResponseHead& response, std::size_t head_bytes) {
    std::string head = hall_.take_head();
    write_response_head(response, ConnectionNote::upgrade, head);
    out_.consume(head_bytes);
    SliceQueue first;
    first.append_copy(hall_.world.pool, as_bytes(head));
    std::array<Bytes, 8> views;
    const std::size_t filled = out_.peek(0, views);
    for (std::size_t i = 0; i < filled; ++i) first.append_copy(hall_.world.pool, views[i]);
    out_.clear();
    hall_.give_head(head);
    wait_.end();
    timer_.cancel();
    exchange_ = Exchange();
    state_ = State::raw;
    raw_ = std::make_unique<net::Pump>(hall_.world.loop, std::move(visitor_), std::move(home_),
                                       net::call<&HttpVisitor::on_raw_done>(this));
    raw_->count_into({&service_->bytes_in, &service_->bytes_out});
    raw_->lead_in(std::exchange(in_, SliceQueue()));
    raw_->lead_out(std::move(first));
    raw_->start();
}

void HttpVisitor::on_raw_done() {
    hall_.visitors.remove(*this);
}

/// Counts what lies in out_ behind the part that is ready.
void HttpVisitor::scan_response_body() {
    std::array<Bytes, 8> views;
    const std::size_t filled = out_.peek(exchange_.response_ready, views);
    for (std::size_t i = 0; i < filled && !exchange_.response_body.ended(); ++i) {
        const http::BodyScanner::Result result = exchange_.response_body.scan(views[i]);
        exchange_.response_ready += result.bytes;
        if (result.error) return truncated();
    }
}

bool HttpVisitor::move_response_body() {
    if (!home_edges_.readable) return false;
    if (exchange_.response_body.unseen() > 0 && out_.empty()) return drain_response_body();
    const IoStatus status = fill(*home_, home_edges_, out_, kBufferBytes);
    if (status == IoStatus::again) return false;
    if (status == IoStatus::ok) {
        scan_response_body();
    } else {
        response_stream_over(status);
    }
    return true;
}

/// Straight from the stream's own buffer into the visitor's socket.
bool HttpVisitor::drain_response_body() {
    if (!visitor_edges_.writable) return false;
    const auto most = static_cast<std::size_t>(
        std::min<std::uint64_t>(exchange_.response_body.unseen(), kTurnBytes));
    bool visitor_failed = false;
    const net::IoResult result = home_->drain_to(*visitor_, most, visitor_failed);
    if (visitor_failed) {
        visitor_gone();
        return true;
    }
    if (result.status == IoStatus::ok) {
        exchange_.response_body.passed(result.bytes);
        exchange_.blocked_since = kNever;
        service_->bytes_out += result.bytes;
        spend(result.bytes);
        return true;
    }
    if (result.status != IoStatus::again) {
        response_stream_over(result.status);
        return true;
    }
    if (home_->readable() == 0) {
        home_edges_.readable = false;
        return false;
    }
    visitor_edges_.writable = false;
    if (exchange_.blocked_since == kNever) exchange_.blocked_since = hall_.now();
    return false;
}

void HttpVisitor::response_stream_over(IoStatus status) {
    const bool whole = status == IoStatus::eof && exchange_.response_body.ends_with_stream();
    if (!whole) return truncated();
    exchange_.stream_ended = true;
}

void HttpVisitor::finish_response() {
    // Bytes left in out_ belong to no response.
    const bool home_reusable = exchange_.home_keeps && request_done() && out_.empty();
    if (!request_done()) home_->reset();
    const bool close = exchange_.close_after;
    leave_service();
    if (home_reusable) {
        keep_home();
    } else {
        drop_home();
    }
    out_.clear();
    hall_.give_head(exchange_.request_head);
    exchange_ = Exchange();
    since_ = hall_.now();
    if (close) return close_gently();
    state_ = State::reading;
}

void HttpVisitor::truncated() {
    visitor_->reset();
    if (home_) home_->reset();
    leave_service();
    state_ = State::closed;
}

}  // namespace homeport::front
