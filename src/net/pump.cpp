#include "net/pump.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::net {

void Continuation::post(Loop& loop) {
    if (pending_) return;
    pending_ = true;
    if (!self_) self_ = std::make_shared<Continuation*>(this);
    loop.post([weak = std::weak_ptr<Continuation*>(self_)] {
        const auto self = weak.lock();
        if (!self) return;
        (*self)->pending_ = false;
        const Callback callback = (*self)->callback_;
        callback();
    });
}

void Edges::on_readable() {
    readable = true;
    const Callback wake = wake_;
    wake();
}

void Edges::on_writable() {
    writable = true;
    const Callback wake = wake_;
    wake();
}

Pump::Pump(Loop& loop, std::unique_ptr<Stream> outer, std::unique_ptr<BufferedStream> inner,
           Callback on_done)
    : loop_(loop),
      outer_(std::move(outer)),
      inner_(std::move(inner)),
      on_done_(on_done),
      outer_edges_(call<&Pump::run>(this)),
      inner_edges_(call<&Pump::run>(this)),
      again_(call<&Pump::run>(this)) {}

Pump::~Pump() = default;

void Pump::start() {
    outer_->set_handler(&outer_edges_);
    inner_->set_handler(&inner_edges_);
    turn();
    if (settled()) again_.post(loop_);
}

void Pump::run() {
    if (again_.pending()) return;  // the posted turn comes soon and sees the edges
    if (!settled()) turn();
    if (!settled() || reported_) return;
    reported_ = true;
    const Callback on_done = on_done_;
    on_done();
}

void Pump::turn() {
    const std::uint64_t in_limit = in_.bytes + kPumpTurnBytes;
    const std::uint64_t out_limit = out_.bytes + kPumpTurnBytes;
    bool in_moves = true;
    bool out_moves = true;
    while ((in_moves || out_moves) && !settled()) {
        in_moves = in_.bytes < in_limit && move_in(in_limit - in_.bytes);
        out_moves = !failed_ && out_.bytes < out_limit && move_out(out_limit - out_.bytes);
    }
    const bool cut_short = in_.bytes >= in_limit || out_.bytes >= out_limit;
    if (cut_short && !settled()) again_.post(loop_);
}

void Pump::count(Direction& direction, std::uint64_t* counter, std::size_t bytes) {
    direction.bytes += bytes;
    if (counter != nullptr) *counter += bytes;
}

bool Pump::send_lead(Direction& direction, Stream& sink, Edges& edges, std::uint64_t* counter) {
    std::array<Bytes, 16> views;
    const std::size_t filled = direction.lead.peek(0, views);
    const IoResult result = sink.write(std::span<const Bytes>(views.data(), filled));
    if (result.status == IoResult::Status::ok) {
        direction.lead.consume(result.bytes);
        count(direction, counter, result.bytes);
        return true;
    }
    if (result.status == IoResult::Status::again) {
        edges.writable = false;
    } else {
        fail_both();
    }
    return false;
}

bool Pump::move_in(std::size_t max_bytes) {
    if (in_.done || !inner_edges_.writable) return false;
    if (!in_.lead.empty()) return send_lead(in_, *inner_, inner_edges_, counters_.in);
    if (!outer_edges_.readable) return false;
    const IoResult result = inner_->fill_from(*outer_, max_bytes);
    switch (result.status) {
    case IoResult::Status::ok:
        count(in_, counters_.in, result.bytes);
        return true;
    case IoResult::Status::again:
        (inner_->room() == 0 ? inner_edges_.writable : outer_edges_.readable) = false;
        return false;
    case IoResult::Status::eof:
        inner_->shutdown_write();
        in_.done = true;
        return true;
    case IoResult::Status::error:
        break;
    }
    fail_both();
    return false;
}

bool Pump::move_out(std::size_t max_bytes) {
    if (out_.done || !outer_edges_.writable) return false;
    if (!out_.lead.empty()) return send_lead(out_, *outer_, outer_edges_, counters_.out);
    if (!inner_edges_.readable) return false;
    bool sink_failed = false;
    const IoResult result = inner_->drain_to(*outer_, max_bytes, sink_failed);
    if (sink_failed) {
        fail_both();
        return false;
    }
    switch (result.status) {
    case IoResult::Status::ok:
        count(out_, counters_.out, result.bytes);
        return true;
    case IoResult::Status::again:
        (inner_->readable() > 0 ? outer_edges_.writable : inner_edges_.readable) = false;
        return false;
    case IoResult::Status::eof:
        outer_->shutdown_write();
        out_.done = true;
        return true;
    case IoResult::Status::error:
        break;
    }
    fail_both();
    return false;
}

void Pump::fail_both() {
    failed_ = true;
    outer_->reset();
    inner_->reset();
}

}  // namespace homeport::net
