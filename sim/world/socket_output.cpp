// The sending half of Socket: segments, retransmission, timers.

#include "sim/world/host.hpp"
#include "sim/world/socket.hpp"
#include "sim/world/wire.hpp"

#include <algorithm>

namespace homeport::sim {

void Socket::transmit() {
    if (phase_ != Phase::established) return;
    // What is sent later does not put off the timer of what is under way (RFC 6298 section 5.1).
    const bool timed = next_ > acked_ && deadline_ != kNever;
    const std::uint64_t end = data_end();
    const std::uint64_t allowed = std::min(limit_, acked_ + flight_bytes_);
    while (true) {
        std::uint64_t length = 0;
        if (next_ < end && next_ < allowed) {
            length = std::min({std::uint64_t{kSegmentBytes}, end - next_, allowed - next_});
        }
        const bool fin = fin_queued_ && !fin_acked_ && next_ + length == end;
        if (length == 0 && !fin) break;
        send_data(length, fin, false);
        next_ += length + (fin ? 1 : 0);
    }
    if (!timed) arm_for_answer();
}

void Socket::send_data(std::uint64_t length, bool fin, bool probe) {
    promised_ = std::max(promised_, receive_limit());
    Segment segment;
    segment.kind = Segment::Kind::data;
    segment.fin = fin;
    segment.probe = probe;
    segment.length = static_cast<std::uint32_t>(length);
    segment.offset = next_;
    segment.ack = expected_;
    segment.limit = promised_;
    answer_due_ = std::max(answer_due_, host_.wire().send(shared_from_this(), segment));
}

void Socket::send_plain(Segment::Kind kind, bool probe) {
    promised_ = std::max(promised_, receive_limit());
    Segment segment;
    segment.kind = kind;
    segment.probe = probe;
    segment.offset = next_;
    segment.ack = expected_;
    segment.limit = promised_;
    const TimePoint due = host_.wire().send(shared_from_this(), segment);
    if (probe) answer_due_ = std::max(answer_due_, due);
}

Duration Socket::pause() const {
    return std::min(kRetransmitMax, kRetransmitMin * (std::int64_t{1} << std::min(backoff_, 16)));
}

void Socket::arm_for_answer() {
    if (phase_ != Phase::established) return;
    const TimePoint now = host_.simulation().now();
    if (next_ > acked_) {
        arm(std::max(answer_due_, now) + pause());
    } else if (next_ < total_end()) {
        // The window is closed and its opening may get lost: ask for it now and then.
        arm(now + pause());
    } else if (orphan_ && fin_acked_) {
        arm(now + kFinTimeout);
    } else if (accepted_) {
        arm(std::max(heard_, now) + kAskSilent);
    } else {
        arm(kNever);
    }
}

void Socket::ask_silent_peer() {
    const TimePoint now = host_.simulation().now();
    if (heard_ + kAskSilent > now) return arm(heard_ + kAskSilent);
    if (unanswered_ == kAskSilentTimes) return die(Errc::timed_out);
    ++unanswered_;
    send_plain(Segment::Kind::data, true);
    arm(now + kAskSilentAgain);
}

void Socket::arm(TimePoint deadline) {
    deadline_ = deadline;
    if (deadline_ >= scheduled_) return;
    scheduled_ = deadline_;
    host_.simulation().at(deadline_, [weak = weak_from_this(), deadline] {
        const auto self = weak.lock();
        if (self && self->scheduled_ == deadline) self->on_timer();
    });
}

void Socket::on_timer() {
    scheduled_ = kNever;
    if (gone() || deadline_ == kNever) return;
    if (deadline_ > host_.simulation().now()) return arm(deadline_);
    deadline_ = kNever;
    retransmit();
}

void Socket::retransmit() {
    if (orphan_ && fin_acked_) return die(Errc::closed);
    if (phase_ == Phase::established && acked_ == total_end()) return ask_silent_peer();
    ++unanswered_;
    ++backoff_;
    if (phase_ != Phase::established) {
        if (unanswered_ > kSynRetransmits) return die(Errc::timed_out);
        send_plain(phase_ == Phase::syn_sent ? Segment::Kind::syn : Segment::Kind::syn_ack);
        return arm(host_.simulation().now() + kSynRetransmit * (std::int64_t{1} << backoff_));
    }
    if (unanswered_ > (orphan_ ? kOrphanRetransmits : kRetransmits)) return die(Errc::timed_out);
    host_.simulation().trace("tcp.retransmit", id_, acked_);
    if (next_ > acked_) {
        next_ = acked_;
        flight_bytes_ = kSegmentBytes;
        transmit();
    } else {
        send_plain(Segment::Kind::data, true);
        arm_for_answer();
    }
}

}  // namespace homeport::sim
