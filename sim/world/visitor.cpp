#include "sim/world/visitor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::sim {

namespace {
constexpr std::size_t kIoBytes = 16 * 1024;
/// Patient enough for a SYN that is lost a few times.
constexpr Duration kDialTimeout = 60s;
}  // namespace

std::string_view to_string(Visitor::State state) {
    switch (state) {
    case Visitor::State::waiting:
        return "waiting";
    case Visitor::State::running:
        return "running";
    case Visitor::State::completed:
        return "completed";
    case Visitor::State::cut:
        return "cut";
    case Visitor::State::refused:
        return "refused";
    case Visitor::State::left:
        return "left";
    case Visitor::State::truncated:
        return "truncated";
    }
    return "?";
}

Visitor::Visitor(Judge& judge, net::Loop& loop, net::Network& network, const VisitorPlan& plan)
    : judge_(judge),
      loop_(loop),
      network_(network),
      plan_(plan),
      start_(loop.timers(), net::call<&Visitor::come>(this)),
      reader_(loop, plan.pace, net::call<&Visitor::go_on_reading>(this)) {
    start_.arm(loop.now() + plan.start_after);
}

void Visitor::come() {
    last_progress_ = loop_.now();
    dial_ = network_.dial(plan_.to, {.timeout = kDialTimeout},
                          [this](auto result) { take_stream(std::move(result)); });
}

void Visitor::take_stream(Result<std::unique_ptr<net::Stream>> result) {
    if (!result) {
        end(State::refused);
        return;
    }
    state_ = State::running;
    stream_ = std::move(*result);
    stream_->set_handler(this);
    pump();
}

std::uint64_t Visitor::expected_bytes() const {
    return plan_.order.mode == Order::Mode::upload ? kReceiptBytes : plan_.order.length;
}

std::uint64_t Visitor::outgoing_bytes() const {
    return Order::kBytes + (plan_.order.mode == Order::Mode::serve ? 0 : plan_.order.length);
}

void Visitor::go_on_reading() {
    last_progress_ = loop_.now();
    pump();
}

void Visitor::pump() {
    while (state_ == State::running) {
        const Step out = write_some();
        if (out == Step::over) return;
        const Step in = read_some();
        if (in == Step::over) return;
        if (in == Step::blocked && out == Step::blocked) return;
    }
}

Visitor::Step Visitor::write_some() {
    if (shut_) return Step::blocked;
    if (sent_ == outgoing_bytes()) {
        shut_ = true;
        if (plan_.half_close || plan_.order.mode != Order::Mode::serve) stream_->shutdown_write();
        return Step::moved;
    }
    std::array<std::byte, kIoBytes> buffer;
    std::size_t count = 0;
    if (sent_ < Order::kBytes) {
        Writer writer(buffer);
        plan_.order.write(writer);
        count = Order::kBytes - static_cast<std::size_t>(sent_);
        std::ranges::copy(Bytes(buffer).subspan(static_cast<std::size_t>(sent_), count),
                          buffer.begin());
    } else {
        count =
            static_cast<std::size_t>(std::min<std::uint64_t>(kIoBytes, outgoing_bytes() - sent_));
        fill_pattern(plan_.order.seed, sent_ - Order::kBytes, MutableBytes(buffer).first(count));
    }
    const auto result = stream_->write(Bytes(buffer).first(count));
    if (result.status == net::IoResult::Status::again) return Step::blocked;
    if (result.status != net::IoResult::Status::ok) {
        shut_ = true;  // What was answered before the cut can still be read.
        return Step::moved;
    }
    sent_ += result.bytes;
    progress();
    return Step::moved;
}

Visitor::Step Visitor::read_some() {
    if (reader_.pausing()) return Step::blocked;
    std::array<std::byte, kIoBytes> buffer;
    std::size_t most = reader_.allowance(received_, kIoBytes);
    if (received_ < plan_.leave_at) {
        most = static_cast<std::size_t>(std::min<std::uint64_t>(most, plan_.leave_at - received_));
    }
    const auto result = stream_->read(MutableBytes(buffer).first(most));
    switch (result.status) {
    case net::IoResult::Status::again:
        return Step::blocked;
    case net::IoResult::Status::error:
        return end(State::cut);
    case net::IoResult::Status::eof:
        return take_end();
    case net::IoResult::Status::ok:
        break;
    }
    return take(Bytes(buffer).first(result.bytes));
}

Visitor::Step Visitor::take(Bytes bytes) {
    const std::uint64_t expected = std::min(expected_bytes(), plan_.order.abort_at);
    if (received_ + bytes.size() > expected)
        return violation("more bytes than there are", expected);
    if (plan_.order.mode == Order::Mode::upload) {
        std::array<std::byte, kReceiptBytes> receipt;
        Writer writer(receipt);
        write_receipt(writer, plan_.order);
        const auto part = Bytes(receipt).subspan(static_cast<std::size_t>(received_), bytes.size());
        if (!std::ranges::equal(part, bytes)) return violation("wrong receipt", received_);
    } else if (const auto wrong = find_wrong_byte(plan_.order.seed, received_, bytes)) {
        return violation("wrong byte", received_ + *wrong);
    }
    received_ += bytes.size();
    progress();
    reader_.reached(received_);
    if (received_ != plan_.leave_at) return Step::moved;
    stream_->reset();
    return end(State::left);
}

Visitor::Step Visitor::take_end() {
    if (received_ == expected_bytes() && plan_.order.abort_at >= plan_.order.length) {
        return end(State::completed);
    }
    judge_.clean_end_too_early(fmt::format("visitor of stream {}: clean end at byte {} of {}",
                                           plan_.order.seed, received_, expected_bytes()));
    return end(State::truncated);
}

void Visitor::progress() {
    longest_stall_ = std::max(longest_stall_, Duration(loop_.now() - last_progress_));
    last_progress_ = loop_.now();
}

Visitor::Step Visitor::violation(std::string_view what, std::uint64_t offset) {
    judge_.violation(fmt::format("visitor of stream {}: {} at {}", plan_.order.seed, what, offset));
    return end(State::cut);
}

Visitor::Step Visitor::end(State state) {
    progress();
    state_ = state;
    finished_at_ = loop_.now();
    judge_.simulation.trace("visitor.end", plan_.order.seed, static_cast<std::uint64_t>(state));
    stream_.reset();
    return Step::over;
}

}  // namespace homeport::sim
