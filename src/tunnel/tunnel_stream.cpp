#include "tunnel/tunnel_stream.hpp"

#include "net/pump.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace homeport::tunnel {

using net::IoResult;
using Status = IoResult::Status;

namespace {

/// Views per gathered read or write: 16 blocks of 16 KiB.
constexpr std::size_t kMaxViews = 16;
constexpr std::uint8_t kMaxFillChunks = 8;

class FailedStream final : public net::BufferedStream {
public:
    FailedStream(net::Loop& loop, Errc code, Endpoint visitor, Endpoint local)
        : loop_(loop),
          code_(code),
          visitor_(visitor),
          local_(local),
          report_(net::call<&FailedStream::report>(this)) {}

    IoResult read(std::span<const MutableBytes>) override { return IoResult::error(); }
    IoResult write(std::span<const Bytes>) override { return IoResult::error(); }
    void shutdown_write() override {}
    void reset() override {}
    void set_handler(net::StreamHandler* handler) override {
        handler_ = handler;
        if (handler != nullptr) report_.post(loop_);
    }
    Endpoint peer() const override { return visitor_; }
    Endpoint local() const override { return local_; }
    IoResult fill_from(net::Stream&, std::size_t) override { return IoResult::error(); }
    IoResult drain_to(net::Stream&, std::size_t, bool&) override { return IoResult::error(); }
    std::size_t room() const override { return 0; }
    std::size_t readable() const override { return 0; }
    bool established() const override { return false; }
    Errc failure() const override { return code_; }

private:
    /// One edge per turn: the handler may destroy us in the first.
    void report() {
        if (handler_ == nullptr) return;
        if (std::exchange(writable_next_, !writable_next_)) return handler_->on_writable();
        report_.post(loop_);
        handler_->on_readable();
    }

    net::Loop& loop_;
    Errc code_;
    Endpoint visitor_;
    Endpoint local_;
    net::StreamHandler* handler_ = nullptr;
    bool writable_next_ = false;
    net::Continuation report_;
};

}  // namespace

TunnelStream::TunnelStream(net::Loop& loop, Session& session, SessionStream& stream,
                           std::shared_ptr<void> keep_alive)
    : loop_(loop), session_(session), stream_(&stream), keep_alive_(std::move(keep_alive)) {
    session_.set_user(stream, this);
}

TunnelStream::~TunnelStream() {
    session_.release(*stream_);
}

IoResult TunnelStream::nothing_readable() const {
    if (stream_->failed()) return IoResult::error();
    return stream_->received().at_end() ? IoResult::eof() : IoResult::again();
}

IoResult TunnelStream::read(std::span<const MutableBytes> into) {
    const SliceQueue& buffer = stream_->received().buffer();
    std::size_t total = 0;
    for (const MutableBytes view : into) total += buffer.copy_out(total, view);
    if (total == 0) return nothing_readable();
    session_.consume(*stream_, total, loop_.now());
    return IoResult::moved(total);
}

IoResult TunnelStream::write(std::span<const Bytes> from) {
    if (stream_->failed()) return IoResult::error();
    std::size_t room = session_.room(*stream_);
    std::size_t total = 0;
    for (Bytes view : from) {
        view = view.first(std::min(view.size(), room));
        session_.append(*stream_, view);
        room -= view.size();
        total += view.size();
    }
    return total == 0 ? IoResult::again() : IoResult::moved(total);
}

void TunnelStream::shutdown_write() {
    session_.finish(*stream_);
}

void TunnelStream::reset() {
    session_.reset(*stream_, Errc::reset);
}

void TunnelStream::establish() {
    session_.establish(*stream_);
}

void TunnelStream::refuse(Errc code) {
    session_.reset(*stream_, code);
}

std::size_t TunnelStream::room() const {
    return session_.room(*stream_);
}

IoResult TunnelStream::fill_from(net::Stream& source, std::size_t max_bytes) {
    if (stream_->failed()) return IoResult::error();
    const std::size_t room = std::min(session_.room(*stream_), max_bytes);
    if (room == 0) return IoResult::again();
    std::array<MutableBytes, kMaxFillChunks + 1> views;
    const std::size_t want = std::min<std::size_t>(room, fill_chunks_ * kChunkBytes);
    const std::size_t count = session_.reserve(*stream_, want, views);
    std::size_t offered = 0;
    for (MutableBytes& view : std::span(views).first(count)) {
        view = view.first(std::min(view.size(), room - offered));
        offered += view.size();
    }
    const IoResult result = source.read(std::span<const MutableBytes>(views).first(count));
    session_.written(*stream_, result.status == Status::ok ? result.bytes : 0);
    const bool full = result.bytes == offered;
    fill_chunks_ = full ? std::min<std::uint8_t>(kMaxFillChunks, fill_chunks_ * 2) : 1;
    return result;
}

IoResult TunnelStream::drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) {
    sink_failed = false;
    std::array<Bytes, kMaxViews> views;
    std::size_t count = stream_->received().buffer().peek(0, views);
    if (count == 0) return nothing_readable();
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) {
        views[i] = views[i].first(std::min(views[i].size(), max_bytes - offered));
        offered += views[i].size();
        if (offered == max_bytes) count = i + 1;
    }
    const IoResult result = sink.write(std::span<const Bytes>(views).first(count));
    if (result.status == Status::ok) session_.consume(*stream_, result.bytes, loop_.now());
    sink_failed = result.status == Status::error;
    return result;
}

void TunnelStream::on_news(News news) {
    const net::Lifetime::Watch watch(lifetime_);
    if (handler_ != nullptr && (news.readable || news.failed)) handler_->on_readable();
    if (watch.over()) return;
    const bool writable = news.writable || news.established || news.failed;
    if (handler_ != nullptr && writable) handler_->on_writable();
}

std::unique_ptr<net::BufferedStream> make_failed_stream(net::Loop& loop, Errc code,
                                                        Endpoint visitor, Endpoint local) {
    return std::make_unique<FailedStream>(loop, code, visitor, local);
}

}  // namespace homeport::tunnel
