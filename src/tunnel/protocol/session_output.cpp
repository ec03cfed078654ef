/// What a session says: frames that streams owe, acknowledgements, then data; small before bulk.

#include "core/assert.hpp"
#include "tunnel/protocol/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace homeport::tunnel {
namespace {

/// What a turn of the loops at both ends may add to a round trip.
constexpr Duration kGrantSlack = 1ms;
/// Below this a record is sent as it is: another DATA frame would carry too little.
constexpr std::size_t kLeastDataRoomBytes = kMaxDataHeaderBytes + 512;

/// How many bytes of `waiting` are frames that end within `room`: before the next record the link
/// may put in frames of its own. Each fits a record of its own.
std::size_t whole_frames(Bytes waiting, std::size_t room) {
    std::size_t count = 0;
    while (count < waiting.size()) {
        Reader head(waiting.subspan(count));
        head.u8();
        const std::uint64_t body_bytes = head.varint();
        const std::size_t end = waiting.size() - head.remaining() + body_bytes;
        if (end > room) break;
        count = end;
    }
    return count;
}

}  // namespace

void Session::queue_frame(LinkId link_id, const Frame& frame) {
    Link* link = find(link_id);
    if (link == nullptr) return;
    const std::size_t before = link->queue.size();
    link->queue.resize(before + kMaxControlFrameBytes);
    Writer out(MutableBytes(link->queue).subspan(before));
    write_frame(out, frame);
    link->queue.resize(before + out.size());
    observer_.on_output();
}

void Session::next_record(LinkId link_id, Record& record, TimePoint now) {
    Link* link = find(link_id);
    if (link == nullptr) return;
    drain_queue(*link, record);
    if (link_id != active_) return;
    write_owed(record);
    const bool has_data = !interactive_.empty() || !bulk_.empty();
    const bool acks_due = acks_urgent_ || now >= ack_deadline_;
    if (!acks_.empty() && (acks_due || has_data || !record.empty())) write_acks(record, now);
    write_data(record);
}

void Session::drain_queue(Link& link, Record& record) {
    const Bytes waiting = Bytes(link.queue).subspan(link.queue_head);
    const std::size_t count = whole_frames(waiting, record.room());
    record.out().raw(waiting.first(count));
    link.queue_head += count;
    if (link.queue_head < link.queue.size()) return;
    std::vector<std::byte>().swap(link.queue);
    link.queue_head = 0;
}

OpenFrame Session::open_frame(const SessionStream& stream) {
    const OpenInfo& info = stream.info_;
    return {stream.id_,   info.service, info.port,
            info.visitor, info.local,   stream.receive_.granted()};
}

void Session::write_owed(Record& record) {
    while (!owed_reset_acks_.empty() && record.room() >= kMaxControlFrameBytes) {
        write_frame(record.out(), ResetAckFrame{owed_reset_acks_.back()});
        owed_reset_acks_.pop_back();
    }
    while (!owed_.empty() && record.room() >= kMaxControlFrameBytes) {
        SessionStream& stream = owed_.pop_front();
        const SessionStream::Owed owed = std::exchange(stream.owed_, {});
        if (owed.reset) write_frame(record.out(), ResetFrame{stream.id_, stream.failure_});
        if (owed.open) {
            stream.announced_ = true;
            write_frame(record.out(), open_frame(stream));
        }
        if (owed.opened) write_frame(record.out(), OpenedFrame{stream.id_});
        schedule(stream);
        maybe_forget(stream);
    }
}

/// Alone, a stream may fill whatever lies between the ends. Beside streams that ask and answer it
/// gets one to three times what the way holds: less would leave the way idle (then half a window
/// lasts half a round trip), more would stand in queues and delay them all.
WindowRule Session::window_rule(TimePoint now) const {
    const std::uint64_t most = std::max(kLeastShareBytes, std::min(options_.stream_bytes, share()));
    if (now < interactive_until_) return {rtt_ * 3 / 4, rtt_ * 2, most};
    return {2 * rtt_ + kGrantSlack, Duration::max(), most};
}

void Session::write_acks(Record& record, TimePoint now) {
    while (!acks_.empty() && record.room() >= kMaxControlFrameBytes) {
        SessionStream& stream = acks_.pop_front();
        const std::uint64_t max_offset = stream.receive_.grant(now, window_rule(now));
        write_frame(record.out(), AckFrame{stream.id_, stream.receive_.received(), max_offset});
        stream.acknowledged_late_ = true;
        maybe_forget(stream);
    }
    if (acks_.empty()) acks_urgent_ = false;
    ack_deadline_ = now + kAckDelay;
}

void Session::write_data(Record& record) {
    while (record.room() >= kLeastDataRoomBytes) {
        ReadyList& list = interactive_.empty() ? bulk_ : interactive_;
        if (list.empty()) return;
        write_stream_data(list.pop_front(), record);
    }
}

void Session::write_stream_data(SessionStream& stream, Record& record) {
    SendHalf& send = stream.send_;
    const std::uint64_t offset = send.next_offset();
    const std::size_t count =
        std::min<std::uint64_t>(send.sendable_bytes(), record.room() - kMaxDataHeaderBytes);
    if (count > 0) {
        write_data_header(record.out(), stream.id_, offset, count);
        send.send(count, [&record](Bytes piece) { record.add(piece); });
        stream.burst_bytes_ += count;
        offer_room(stream);
    }
    if (send.fin_due() && record.room() >= kMaxDataHeaderBytes) {
        write_frame(record.out(), FinFrame{stream.id_, send.next_offset()});
        send.send_fin();
    }
    schedule(stream);
}

}  // namespace homeport::tunnel
