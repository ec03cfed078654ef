#include "sim/world/sim_stream.hpp"

#include "sim/world/host.hpp"

#include <utility>

namespace homeport::sim {

namespace {

template <class View>
std::size_t total_bytes(std::span<const View> views) {
    std::size_t total = 0;
    for (const View view : views) total += view.size();
    return total;
}

}  // namespace

SimStream::SimStream(std::shared_ptr<Socket> socket)
    : Ready(socket->host().loop()), socket_(std::move(socket)) {
    socket_->set_user(this);
}

SimStream::~SimStream() {
    if (destroyed_ != nullptr) *destroyed_ = true;
    socket_->close();
}

Simulation& SimStream::simulation() const {
    return socket_->host().simulation();
}

net::IoResult SimStream::read(std::span<const MutableBytes> into) {
    if (dead()) return net::IoResult::error();
    const std::size_t wanted = total_bytes(into);
    if (wanted == 0) simulation().fail("read() without room");
    Random& random = simulation().random();
    const Quirks& quirks = simulation().quirks();
    if (socket_->at_end()) return net::IoResult::eof();
    if (socket_->readable() == 0) {
        return socket_->gone() ? net::IoResult::error() : wait_readable(false);
    }
    if (random.chance(quirks.again)) return wait_readable(true);
    std::size_t most = std::min(wanted, socket_->readable());
    if (most > 0 && random.chance(quirks.partial)) most = random.size(most);
    return net::IoResult::moved(socket_->read(into, most));
}

net::IoResult SimStream::write(std::span<const Bytes> from) {
    if (dead() || socket_->gone() || socket_->write_shut()) return net::IoResult::error();
    std::size_t most = total_bytes(from);
    if (most == 0) simulation().fail("write() of nothing");
    Random& random = simulation().random();
    const Quirks& quirks = simulation().quirks();
    if (socket_->room() == 0) return wait_writable(false);
    if (random.chance(quirks.again)) return wait_writable(true);
    most = std::min(most, socket_->room());
    if (most > 0 && random.chance(quirks.partial)) most = random.size(most);
    return net::IoResult::moved(socket_->write(from, most));
}

net::IoResult SimStream::wait_readable(bool soon) {
    read_waits_ = true;
    if (soon) socket_readable();
    return net::IoResult::again();
}

net::IoResult SimStream::wait_writable(bool soon) {
    write_waits_ = true;
    if (soon) socket_writable();
    return net::IoResult::again();
}

void SimStream::shutdown_write() {
    if (!dead()) socket_->shutdown_write();
}

void SimStream::reset() {
    if (cut_) return;
    cut_ = true;
    socket_->reset();
}

void SimStream::take_over(Bytes bytes) {
    if (dead() || socket_->gone() || socket_->write_shut()) return;
    socket_->take_over(bytes);
}

void SimStream::socket_readable() {
    if (!read_waits_ && !simulation().random().chance(simulation().quirks().spurious)) return;
    readable_edge_ = true;
    make_ready();
}

void SimStream::socket_writable() {
    if (!write_waits_ && !simulation().random().chance(simulation().quirks().spurious)) return;
    writable_edge_ = true;
    make_ready();
}

void SimStream::run() {
    simulation().trace("edge", socket_->id(), (readable_edge_ ? 1 : 0) + (writable_edge_ ? 2 : 0));
    bool destroyed = false;
    destroyed_ = &destroyed;
    const bool swap = simulation().quirks().shuffle && simulation().random().chance(0.5);
    for (const bool reading : {!swap, swap}) {
        if (!std::exchange(reading ? readable_edge_ : writable_edge_, false)) continue;
        (reading ? read_waits_ : write_waits_) = false;
        if (handler_ == nullptr || dead()) continue;
        if (reading) {
            handler_->on_readable();
        } else {
            handler_->on_writable();
        }
        if (destroyed) return;
    }
    destroyed_ = nullptr;
}

}  // namespace homeport::sim
