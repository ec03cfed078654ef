#include "front/http_visitor.hpp"

#include "front/service_entry.hpp"

#include <algorithm>
#include <array>

namespace homeport::front {

bool HttpVisitor::request_done() const {
    return exchange_.request_head_sent >= exchange_.request_head.size() &&
           exchange_.request_body.ended() && exchange_.request_ready == 0;
}

bool HttpVisitor::send_request() {
    bool moved = send_request_head();
    if (state_ != State::serving) return true;
    const bool head_sent = exchange_.request_head_sent >= exchange_.request_head.size();
    // While the home is away a body stays with the visitor; only as much as shows that he is there.
    const bool body_turn = head_sent && !request_done() && !wait_.parked();
    moved |= body_turn ? send_request_body() : watch_visitor();
    return moved;
}

bool HttpVisitor::send_request_head() {
    const std::string& head = exchange_.request_head;
    if (exchange_.request_head_sent >= head.size() || !home_edges_.writable) return false;
    const net::IoResult result =
        home_->write(as_bytes(std::string_view(head).substr(exchange_.request_head_sent)));
    if (result.status == IoStatus::again) {
        home_edges_.writable = false;
        return false;
    }
    if (result.status != IoStatus::ok) {
        home_failed(IoStatus::error);
        return true;
    }
    service_->bytes_in += result.bytes;
    exchange_.request_head_sent += result.bytes;
    if (exchange_.request_head_sent == head.size() && !exchange_.repeatable) {
        hall_.give_head(exchange_.request_head);
        exchange_.request_head_sent = 0;
    }
    return true;
}

bool HttpVisitor::send_request_body() {
    if (!scan_request_body()) return true;
    if (exchange_.request_ready > 0) return write_request_ready();
    if (exchange_.request_body.ended()) return false;
    if (visitor_eof_) {
        visitor_ended_early();
        return true;
    }
    if (!visitor_edges_.readable) return false;
    if (exchange_.request_body.unseen() > 0) return move_request_body();
    switch (fill(*visitor_, visitor_edges_, in_, kBufferBytes)) {
    case IoStatus::ok:
        exchange_.starved_since = kNever;
        return true;
    case IoStatus::again:
        if (exchange_.starved_since == kNever) exchange_.starved_since = hall_.now();
        return false;
    case IoStatus::eof:
        visitor_ended_early();
        return true;
    case IoStatus::error:
        break;
    }
    visitor_gone();
    return true;
}

/// False: the body is malformed, and the visitor has been told.
bool HttpVisitor::scan_request_body() {
    std::array<Bytes, 8> views;
    const std::size_t filled = in_.peek(exchange_.request_ready, views);
    for (std::size_t i = 0; i < filled && !exchange_.request_body.ended(); ++i) {
        const http::BodyScanner::Result result = exchange_.request_body.scan(views[i]);
        exchange_.request_ready += result.bytes;
        if (!result.error) continue;
        if (exchange_.response_forwarded) {
            truncated();
        } else {
            answer_error(400);
        }
        return false;
    }
    return true;
}

bool HttpVisitor::write_request_ready() {
    if (!home_edges_.writable) return false;
    std::array<Bytes, 8> views;
    std::size_t filled = in_.peek(0, views);
    std::size_t left = exchange_.request_ready;
    for (std::size_t i = 0; i < filled; ++i) {
        views[i] = views[i].first(std::min(left, views[i].size()));
        left -= views[i].size();
        if (left == 0) filled = i + 1;
    }
    const net::IoResult result = home_->write(std::span<const Bytes>(views.data(), filled));
    if (result.status == IoStatus::again) {
        home_edges_.writable = false;
        return false;
    }
    if (result.status != IoStatus::ok) {
        home_failed(IoStatus::error);
        return true;
    }
    in_.consume(result.bytes);
    exchange_.request_ready -= result.bytes;
    service_->bytes_in += result.bytes;
    return true;
}

/// Straight from the visitor's socket into the stream's own buffer.
bool HttpVisitor::move_request_body() {
    if (!home_edges_.writable) return false;
    const auto most = static_cast<std::size_t>(
        std::min<std::uint64_t>(exchange_.request_body.unseen(), kTurnBytes));
    const net::IoResult result = home_->fill_from(*visitor_, most);
    switch (result.status) {
    case IoStatus::ok:
        exchange_.request_body.passed(result.bytes);
        exchange_.starved_since = kNever;
        service_->bytes_in += result.bytes;
        spend(result.bytes);
        return true;
    case IoStatus::again:
        if (home_->room() == 0) {
            home_edges_.writable = false;
            return false;
        }
        visitor_edges_.readable = false;
        if (exchange_.starved_since == kNever) exchange_.starved_since = hall_.now();
        return false;
    case IoStatus::eof:
        visitor_ended_early();
        return true;
    case IoStatus::error:
        break;
    }
    // The error may be of either stream; the home's own says which.
    std::byte unused[1];
    if (home_->read(MutableBytes(unused)).status == IoStatus::error) {
        home_failed(IoStatus::error);
    } else {
        visitor_gone();
    }
    return true;
}

/// Reads ahead a little: it shows that the visitor left, and takes in his next request.
bool HttpVisitor::watch_visitor() {
    if (!visitor_edges_.readable || visitor_eof_ || in_.size() >= kChunkBytes) return false;
    switch (fill(*visitor_, visitor_edges_, in_, 1)) {
    case IoStatus::ok:
        return true;
    case IoStatus::again:
        return false;
    case IoStatus::eof:
        visitor_eof_ = true;  // he may still want the answer
        return false;
    case IoStatus::error:
        break;
    }
    visitor_gone();
    return true;
}

void HttpVisitor::visitor_ended_early() {
    visitor_eof_ = true;
    if (exchange_.response_forwarded) return truncated();
    answer_error(400);
}

void HttpVisitor::visitor_gone() {
    home_->reset();
    leave_service();
    state_ = State::closed;
}

}  // namespace homeport::front
