#include "front/http_visitor.hpp"

#include "front/service_entry.hpp"

#include <array>
#include <utility>

namespace homeport::front {

void HttpVisitor::answer_error(int status) {
    answer(status, error_page(status, exchange_.host));
}

void HttpVisitor::answer_stand_in() {
    Page page = service_->stand_in;
    if (!page) page = hall_.pages.find(exchange_.host, hall_.now());
    if (!page) page = built_in_stand_in(exchange_.host);
    answer(503, std::move(page));
}

void HttpVisitor::answer(int status, Page page) {
    if (home_ && state_ == State::serving) home_->reset();
    leave_service();
    drop_home();
    service_ = nullptr;
    in_.clear();
    out_.clear();
    // An interim response may be half written; the answer goes behind it.
    std::string head = exchange_.response_head.substr(exchange_.response_head_sent);
    head += answer_head(status, page->size());
    page_ = exchange_.head_request ? nullptr : std::move(page);
    page_sent_ = 0;
    exchange_ = Exchange();
    exchange_.response_head = std::move(head);
    state_ = State::answering;
    since_ = hall_.now();
}

bool HttpVisitor::write_answer() {
    if (!visitor_edges_.writable) return false;
    const std::string_view head =
        std::string_view(exchange_.response_head).substr(exchange_.response_head_sent);
    const std::string_view body = page_ ? std::string_view(*page_).substr(page_sent_) : "";
    if (head.empty() && body.empty()) {
        page_.reset();
        exchange_ = Exchange();
        linger();
        return true;
    }
    std::array<Bytes, 2> views;
    std::size_t filled = 0;
    if (!head.empty()) views[filled++] = as_bytes(head);
    if (!body.empty()) views[filled++] = as_bytes(body);
    const net::IoResult result = visitor_->write(std::span<const Bytes>(views.data(), filled));
    if (result.status == IoStatus::again) {
        visitor_edges_.writable = false;
        return false;
    }
    if (result.status != IoStatus::ok) {
        state_ = State::closed;
        return true;
    }
    const std::size_t of_head = std::min(result.bytes, head.size());
    exchange_.response_head_sent += of_head;
    page_sent_ += result.bytes - of_head;
    spend(result.bytes);
    return true;
}

/// After a whole response. Nothing unread means that closing cannot reset what is still on its way.
void HttpVisitor::close_gently() {
    const bool nothing_unread = in_.empty() && (visitor_eof_ || !visitor_edges_.readable);
    if (nothing_unread) {
        state_ = State::closed;
        return;
    }
    linger();
}

/// Closing with unread input makes the kernel send a reset, which can overtake our last bytes: so
/// the visitor is told the end first, and his input is read away for a while.
void HttpVisitor::linger() {
    drop_home();
    service_ = nullptr;
    in_.clear();
    visitor_->shutdown_write();
    state_ = State::lingering;
    since_ = hall_.now();
    drained_ = 0;
}

bool HttpVisitor::drain_input() {
    if (visitor_eof_ || drained_ >= kLingerBytes) {
        state_ = State::closed;
        return true;
    }
    if (!visitor_edges_.readable) return false;
    const IoStatus status = fill(*visitor_, visitor_edges_, in_, 1);
    drained_ += in_.size();
    in_.clear();
    if (status == IoStatus::again) return false;
    if (status != IoStatus::ok) state_ = State::closed;
    return true;
}

}  // namespace homeport::front
