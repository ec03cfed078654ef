#include "app/direct/direct_stream.hpp"

#include "app/direct/limits.hpp"
#include "tunnel/agent/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::app {

using net::IoResult;
using Status = IoResult::Status;

namespace {

/// Blocks of a full buffer, one of them begun in the middle.
constexpr std::size_t kMaxViews = kDirectBufferBytes / kChunkBytes + 1;

}  // namespace

DirectStream::DirectStream(const World& world, const tunnel::Route& route, const Endpoint& visitor,
                           const Endpoint& local)
    : world_(world),
      route_(route),
      visitor_(visitor),
      local_(local),
      report_(net::call<&DirectStream::report>(this)) {
    out_.append_copy(world_.pool, tunnel::make_proxy_header(route.proxy_protocol, visitor, local));
    if (!route_.unix_path.empty()) {
        dial(net::UnixPath{route_.unix_path});
        return;
    }
    pending_ = world_.network.resolve(
        route_.target.host,
        [this](const Result<std::vector<IpAddress>>& found) { resolved(found); });
}

DirectStream::~DirectStream() {
    if (target_ != nullptr && !out_.empty()) target_->reset();
}

void DirectStream::resolved(const Result<std::vector<IpAddress>>& addresses) {
    if (!addresses) return refuse(addresses.error());
    dial(Endpoint{addresses->front(), route_.target.port});
}

void DirectStream::dial(const net::SocketAddress& to) {
    pending_ = world_.network.dial(to, {.timeout = tunnel::kTargetDialTimeout},
                                   [this](Result<std::unique_ptr<net::Stream>> target) {
                                       if (!target) return refuse(target.error());
                                       connected(std::move(*target));
                                   });
}

void DirectStream::connected(std::unique_ptr<net::Stream> target) {
    target_ = std::move(target);
    target_->set_handler(this);
    flush();
    report_.post(world_.loop);
}

void DirectStream::refuse(const Error& error) {
    world_.log.info(
        "target.refused",
        {{"target", route_.unix_path.empty() ? route_.target.to_string() : route_.unix_path},
         {"why", error.what}});
    fail(error.code);
}

void DirectStream::fail(Errc code) {
    if (failed_) return;
    failed_ = true;
    failure_ = code;
    target_.reset();
    out_.clear();
    // Later, because the user may be in the middle of a call.
    report_.post(world_.loop);
}

/// Both edges: everything is worth a try now. The first may destroy this.
void DirectStream::report() {
    const net::Lifetime::Watch watch(lifetime_);
    if (handler_ != nullptr) handler_->on_readable();
    if (!watch.over() && handler_ != nullptr) handler_->on_writable();
}

void DirectStream::on_readable() {
    target_readable_ = true;
    if (handler_ != nullptr) handler_->on_readable();
}

void DirectStream::on_writable() {
    target_writable_ = true;
    flush();
    if (handler_ != nullptr && room() > 0) handler_->on_writable();
}

void DirectStream::flush() {
    while (target_ != nullptr && target_writable_ && !out_.empty()) {
        std::array<Bytes, kMaxViews> views;
        const std::size_t count = out_.peek(0, views);
        const IoResult result = target_->write(std::span<const Bytes>(views).first(count));
        if (result.status == Status::ok) {
            out_.consume(result.bytes);
        } else if (result.status == Status::again) {
            target_writable_ = false;
        } else {
            return fail(Errc::reset);
        }
    }
    if (!out_.empty()) return;
    end_held_ = false;
    if (target_ == nullptr || !finishing_ || finished_) return;
    finished_ = true;
    target_->shutdown_write();
}

void DirectStream::pull() {
    if (target_ == nullptr || !target_readable_ || target_ended_ || !in_.empty()) return;
    std::array<MutableBytes, kMaxViews> views;
    const std::size_t count = in_.reserve(world_.pool, kDirectBufferBytes, views);
    const IoResult result = target_->read(std::span<const MutableBytes>(views).first(count));
    in_.commit(result.status == Status::ok ? result.bytes : 0);
    if (result.status == Status::again) target_readable_ = false;
    if (result.status == Status::eof) target_ended_ = true;
    if (result.status == Status::error) fail(Errc::reset);
}

IoResult DirectStream::nothing_readable() const {
    if (failed_) return IoResult::error();
    return target_ended_ ? IoResult::eof() : IoResult::again();
}

IoResult DirectStream::read(std::span<const MutableBytes> into) {
    pull();
    std::size_t total = 0;
    for (const MutableBytes view : into) total += in_.copy_out(total, view);
    if (total == 0) return nothing_readable();
    in_.consume(total);
    return IoResult::moved(total);
}

IoResult DirectStream::drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) {
    sink_failed = false;
    pull();
    std::array<Bytes, kMaxViews> views;
    std::size_t count = in_.peek(0, views);
    if (count == 0) return nothing_readable();
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) {
        views[i] = views[i].first(std::min(views[i].size(), max_bytes - offered));
        offered += views[i].size();
        if (offered == max_bytes) count = i + 1;
    }
    const IoResult result = sink.write(std::span<const Bytes>(views).first(count));
    if (result.status == Status::ok) in_.consume(result.bytes);
    sink_failed = result.status == Status::error;
    return result;
}

std::size_t DirectStream::room() const {
    if (failed_ || end_held_ || out_.size() >= kDirectBufferBytes) return 0;
    return kDirectBufferBytes - out_.size();
}

IoResult DirectStream::write(std::span<const Bytes> from) {
    if (failed_ || finishing_) return IoResult::error();
    std::size_t total = 0;
    for (Bytes view : from) {
        view = view.first(std::min(view.size(), room()));
        if (!view.empty()) out_.append_copy(world_.pool, view);
        total += view.size();
    }
    flush();
    return total == 0 ? IoResult::again() : IoResult::moved(total);
}

IoResult DirectStream::fill_from(net::Stream& source, std::size_t max_bytes) {
    if (failed_ || finishing_) return IoResult::error();
    const std::size_t most = std::min(room(), max_bytes);
    if (most == 0) return IoResult::again();
    std::array<MutableBytes, kMaxViews> views;
    const std::size_t count = out_.reserve(world_.pool, most, views);
    std::size_t offered = 0;
    for (MutableBytes& view : std::span(views).first(count)) {
        view = view.first(std::min(view.size(), most - offered));
        offered += view.size();
    }
    const IoResult result = source.read(std::span<const MutableBytes>(views).first(count));
    out_.commit(result.status == Status::ok ? result.bytes : 0);
    if (result.status == Status::ok) flush();
    if (result.status != Status::eof || out_.empty()) return result;
    end_held_ = true;
    return IoResult::again();
}

void DirectStream::shutdown_write() {
    if (failed_) return;
    finishing_ = true;
    flush();
}

void DirectStream::reset() {
    pending_.reset();
    if (target_ != nullptr) target_->reset();
    in_.clear();
    fail(Errc::reset);
}

}  // namespace homeport::app
