#include "sim/world/socket.hpp"

#include "core/assert.hpp"
#include "sim/world/host.hpp"
#include "sim/world/wire.hpp"

#include <algorithm>
#include <utility>

namespace homeport::sim {

namespace {
constexpr std::uint64_t kFirstFlight = 10 * kSegmentBytes;
constexpr std::uint64_t kMostFlight = std::uint64_t{64} << 20;
}  // namespace

Socket::Socket(Host& host, Endpoint local, Endpoint remote, std::string unix_path)
    : host_(host),
      id_(host.wire().next_socket_id()),
      local_(local),
      remote_(remote),
      unix_path_(std::move(unix_path)),
      flight_bytes_(kFirstFlight),
      promised_(host.options().receive_buffer_bytes) {}

void Socket::connect() {
    host_.keep(shared_from_this());
    send_plain(Segment::Kind::syn);
    arm(host_.simulation().now() + kSynRetransmit);
}

std::shared_ptr<Socket> Socket::answer(Host& host, Endpoint local,
                                       const std::shared_ptr<Socket>& client, ListenQueue& queue) {
    const Endpoint remote = host.wire().seen_from_outside(*client);
    auto child = std::make_shared<Socket>(host, local, remote, client->unix_path_);
    child->phase_ = Phase::syn_received;
    child->accepted_ = true;
    child->queue_ = &queue;
    child->peer_ = client;
    child->remote_host = &client->host_;
    child->limit_ = client->receive_limit();
    client->peer_ = child;
    host.keep(child);
    child->send_plain(Segment::Kind::syn_ack);
    child->arm(host.simulation().now() + kSynRetransmit);
    return child;
}

std::size_t Socket::room() const {
    const std::size_t size = host_.options().send_buffer_bytes;
    return size - std::min(size, out_.size());
}

bool Socket::worth_writing() const {
    return room() >= std::max<std::size_t>(1, host_.options().send_buffer_bytes / 3);
}

std::uint64_t Socket::receive_limit() const {
    const std::size_t size = host_.options().receive_buffer_bytes;
    return expected_ + size - std::min(size, in_.size());
}

std::size_t Socket::read(std::span<const MutableBytes> into, std::size_t most) {
    std::size_t moved = 0;
    for (const MutableBytes view : into) {
        const std::size_t count = std::min({view.size(), most - moved, in_.size() - moved});
        std::ranges::copy(in_.view().subspan(moved, count), view.begin());
        moved += count;
    }
    in_.consume(moved);
    const std::uint64_t worth_telling =
        std::min<std::uint64_t>(host_.options().receive_buffer_bytes / 2, 2 * kSegmentBytes);
    if (phase_ == Phase::established && !fin_received_ &&
        receive_limit() - promised_ >= std::max<std::uint64_t>(1, worth_telling)) {
        send_plain(Segment::Kind::data);
    }
    return moved;
}

std::size_t Socket::write(std::span<const Bytes> from, std::size_t most) {
    std::size_t left = std::min(most, room());
    std::size_t moved = 0;
    for (const Bytes view : from) {
        const std::size_t count = std::min(view.size(), left);
        out_.append(view.first(count));
        left -= count;
        moved += count;
    }
    transmit();
    return moved;
}

void Socket::shutdown_write() {
    if (fin_queued_ || gone()) return;
    fin_queued_ = true;
    transmit();
}

void Socket::reset() {
    if (gone()) return;
    const auto keep_alive = shared_from_this();
    user_ = nullptr;
    if (phase_ != Phase::syn_sent) send_plain(Segment::Kind::rst);
    die(Errc::closed);
}

void Socket::close() {
    user_ = nullptr;
    if (gone() || orphan_) return;
    // Linux answers with a reset when a process closes without having read everything.
    if (phase_ == Phase::syn_sent || !in_.empty()) return reset();
    orphan_ = true;
    shutdown_write();
    arm_for_answer();
}

void Socket::drop_if_waiting_for(const ListenQueue& queue) {
    if (queue_ == &queue && phase_ == Phase::syn_received) reset();
}

void Socket::vanish() {
    const auto keep_alive = shared_from_this();
    user_ = nullptr;
    if (!gone()) die(Errc::closed);
}

void Socket::die(Errc why) {
    const auto keep_alive = shared_from_this();
    phase_ = Phase::gone;
    failure_ = why;
    out_.clear();
    if (host_.simulation().quirks().reset_discards && !in_.empty()) {
        in_.clear();
        fin_received_ = false;  // An end behind lost bytes would look like a clean one.
    }
    host_.forget(*this);
    SocketUser* const user = user_;
    if (user == nullptr) return;
    user->socket_connected();
    user->socket_readable();
    user->socket_writable();
}

void Socket::notify_readable() {
    if (user_ != nullptr) user_->socket_readable();
}

void Socket::notify_writable() {
    if (user_ != nullptr && worth_writing()) user_->socket_writable();
}

void Socket::arrive_reset() {
    if (gone()) return;
    host_.simulation().trace("tcp.reset", id_);
    const bool asked = phase_ == Phase::syn_sent && peer_.expired();
    die(asked ? Errc::refused : Errc::reset);
}

void Socket::arrive(const Segment& segment, Socket& from) {
    const auto keep_alive = shared_from_this();
    switch (segment.kind) {
    case Segment::Kind::rst:
        return arrive_reset();
    case Segment::Kind::syn_ack:
        return arrive_syn_ack(from);
    case Segment::Kind::syn:
        return;
    case Segment::Kind::data:
        break;
    }
    if (phase_ == Phase::syn_sent) return;
    if (phase_ == Phase::syn_received) become_established();
    if (phase_ != Phase::established) return;
    take_ack(segment);
    if (!gone() && (segment.length > 0 || segment.fin || segment.probe)) take_data(segment, from);
}

void Socket::arrive_syn_ack(Socket& from) {
    if (phase_ == Phase::syn_sent) {
        limit_ = from.receive_limit();
        become_established();
    }
    send_plain(Segment::Kind::data);
}

void Socket::become_established() {
    host_.simulation().trace("tcp.established", id_);
    const bool dialled = phase_ == Phase::syn_sent;
    phase_ = Phase::established;
    unanswered_ = backoff_ = 0;
    arm(kNever);
    if (dialled) {
        if (user_ != nullptr) user_->socket_connected();
    } else {
        std::exchange(queue_, nullptr)->established(shared_from_this());
    }
    transmit();
}

void Socket::take_ack(const Segment& segment) {
    heard_ = host_.simulation().now();
    const bool moved = segment.ack > acked_ || segment.limit > limit_;
    unanswered_ = 0;
    if (moved) backoff_ = 0;
    limit_ = std::max(limit_, segment.limit);
    if (segment.ack > acked_ && segment.ack <= total_end()) {
        const std::uint64_t end = data_end();
        const bool fin = fin_queued_ && segment.ack == end + 1;
        out_.consume(std::min(segment.ack, end) - std::min(acked_, end));
        acked_ = segment.ack;
        fin_acked_ = fin_acked_ || fin;
        next_ = std::max(next_, acked_);
        flight_bytes_ = std::min(2 * flight_bytes_, kMostFlight);
        notify_writable();
    }
    if (!moved) return;
    deadline_ = kNever;
    transmit();
}

void Socket::take_data(const Segment& segment, Socket& from) {
    const std::uint64_t end = segment.offset + segment.length;
    if (segment.offset <= expected_) {
        if (orphan_ && end > expected_) {
            // Data for a process that is gone: nobody will read it, so the sender must learn it.
            return reset();
        }
        bool news = false;
        if (end > expected_ && !fin_received_) {
            const std::uint64_t count = end - expected_;
            const std::uint64_t skip = expected_ - from.acked_;
            if (expected_ < from.acked_ || skip + count > from.out_.size()) return;
            HOMEPORT_ASSERT(end <= promised_);
            in_.append(from.out_.view().subspan(skip, count));
            expected_ = end;
            news = true;
        }
        if (segment.fin && !fin_received_ && end == expected_) {
            fin_received_ = true;
            ++expected_;
            news = true;
        }
        if (news) {
            host_.simulation().trace("tcp.data", id_, expected_);
            notify_readable();
        }
    }
    send_plain(Segment::Kind::data);
}

}  // namespace homeport::sim
