#include "tunnel/bypass_stream.hpp"

#include "core/assert.hpp"
#include "tunnel/limits.hpp"

#include <array>

namespace homeport::tunnel {

using net::IoResult;
using Status = IoResult::Status;

namespace {

/// The agent's first byte beside the link.
constexpr std::byte kGo{0x01};

}  // namespace

BypassStream::BypassStream(net::Network& network, std::unique_ptr<TunnelStream> inner,
                           BypassDesk& desk)
    : network_(network), inner_(std::move(inner)), desk_(desk), ask_at_(kBypassAfterBytes) {
    inner_->set_handler(this);
}

BypassStream::~BypassStream() {
    desk_.on_gone(*this);
}

// --- changing the way

void BypassStream::divert(std::unique_ptr<net::Stream> beside) {
    beside_ = std::move(beside);
    beside_->set_handler(this);
    network_.watch_peer(*beside_, kBypassWatch);
    // One byte always fits a socket whose handshakes were answered.
    const IoResult begun = beside_->write(Bytes(&kGo, 1));
    switch_over();
    if (begun.status != Status::ok) reset();
    tell(true, true);
}

void BypassStream::stay() {
    ask_at_ = moved_ + kBypassAgainBytes;
}

void BypassStream::await(std::unique_ptr<net::Stream> beside) {
    HOMEPORT_ASSERT(linked());
    beside_ = std::move(beside);
    beside_->set_handler(this);
    network_.watch_peer(*beside_, kBypassWatch);
    state_ = State::awaiting;
    if (look_for_go()) tell(true, true);
}

/// True: the agent has begun.
bool BypassStream::look_for_go() {
    std::byte first{};
    const IoResult result = beside_->read(MutableBytes(&first, 1));
    if (result.status == Status::again) return false;
    if (result.status == Status::error) {
        // The agent may have begun: what the link says of the end cannot be believed.
        reset();
    } else if (result.status == Status::ok && first == kGo) {
        switch_over();
    } else {
        // It has thought better of it.
        beside_.reset();
        state_ = State::linked;
    }
    return state_ == State::diverted;
}

void BypassStream::switch_over() {
    state_ = State::diverted;
    if (write_shut_) {
        beside_->shutdown_write();
    } else {
        inner_->shutdown_write();
    }
}

// --- edges

void BypassStream::on_readable() {
    const bool switched = state_ == State::awaiting && look_for_go();
    tell(true, switched);
}

void BypassStream::on_writable() {
    tell(false, true);
}

void BypassStream::tell(bool readable, bool writable) {
    const net::Lifetime::Watch watch(lifetime_);
    if (readable && handler_ != nullptr) handler_->on_readable();
    if (!watch.over() && writable && handler_ != nullptr) handler_->on_writable();
}

// --- bytes

net::Splice& BypassStream::way_in() {
    if (!way_in_) way_in_ = network_.splice();
    return *way_in_;
}

net::Splice& BypassStream::way_out() {
    if (!way_out_) way_out_ = network_.splice();
    return *way_out_;
}

IoResult BypassStream::count(const IoResult& result) {
    moved_ += result.bytes;
    if (state_ == State::linked && moved_ >= ask_at_) {
        ask_at_ = UINT64_MAX;
        desk_.on_bulk(*this);
    }
    return result;
}

/// What was read over the link ended; true: it goes on beside, or nobody knows yet.
bool BypassStream::ends_inside(const IoResult& result) {
    if (result.status != Status::eof || state_ == State::linked) return false;
    inner_over_ = state_ == State::diverted;
    return true;
}

IoResult BypassStream::read(std::span<const MutableBytes> into) {
    if (inner_over_) return beside_->read(into);
    const IoResult result = count(inner_->read(into));
    if (!ends_inside(result)) return result;
    return inner_over_ ? beside_->read(into) : IoResult::again();
}

IoResult BypassStream::write(std::span<const Bytes> from) {
    if (state_ == State::diverted) return beside_->write(from);
    return count(inner_->write(from));
}

IoResult BypassStream::fill_from(net::Stream& source, std::size_t max_bytes) {
    if (state_ != State::diverted) return count(inner_->fill_from(source, max_bytes));
    bool beside_failed = false;
    const IoResult result = way_in().move(source, *beside_, max_bytes, beside_failed);
    return beside_failed ? IoResult::error() : result;
}

IoResult BypassStream::drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) {
    sink_failed = false;
    if (!inner_over_) {
        const IoResult result = count(inner_->drain_to(sink, max_bytes, sink_failed));
        if (!ends_inside(result)) return result;
        if (!inner_over_) return IoResult::again();
    }
    return way_out().move(*beside_, sink, max_bytes, sink_failed);
}

std::size_t BypassStream::room() const {
    if (state_ != State::diverted) return inner_->room();
    return way_in_ && way_in_->held() > 0 ? 0 : net::kSpliceBytes;
}

std::size_t BypassStream::readable() const {
    if (!inner_over_) return inner_->readable();
    return way_out_ ? way_out_->held() : 0;
}

void BypassStream::shutdown_write() {
    write_shut_ = true;
    if (state_ == State::diverted) return beside_->shutdown_write();
    inner_->shutdown_write();
}

void BypassStream::reset() {
    inner_->reset();
    if (beside_) beside_->reset();
}

}  // namespace homeport::tunnel
