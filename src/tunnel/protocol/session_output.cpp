/// What a session says: frames that streams owe, acknowledgements, then data; small before bulk.

#include "core/assert.hpp"
#include "tunnel/protocol/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace homeport::tunnel {
namespace {

/// Below this a record is sent as it is: another DATA frame would carry too little.
constexpr std::size_t kLeastDataRoomBytes = kMaxDataHeaderBytes + 512;

}  // namespace

void Session::queue_frame(LinkId link_id, const Frame& frame) {
    Link* link = find(link_id);
    if (link == nullptr) return;
    std::size_t extra = 0;
    if (const auto* announce = std::get_if<AnnounceFrame>(&frame)) extra = announce->offers.size();
    if (const auto* results = std::get_if<AnnouncedFrame>(&frame)) extra = results->results.size();
    const std::size_t before = link->queue.size();
    link->queue.resize(before + kMaxControlFrameBytes + extra);
    Writer out(MutableBytes(link->queue).subspan(before));
    write_frame(out, frame);
    link->queue.resize(before + out.size());
    observer_.on_output();
}

std::size_t Session::next_record(LinkId link_id, MutableBytes buffer, TimePoint now) {
    Link* link = find(link_id);
    if (link == nullptr) return 0;
    Writer out(buffer.first(kRecordBytes));
    drain_queue(*link, out);
    if (link_id != active_) return out.size();
    write_owed(out);
    const bool has_data = !interactive_.empty() || !bulk_.empty();
    const bool acks_due = acks_urgent_ || now >= ack_deadline_;
    if (!acks_.empty() && (acks_due || has_data || out.size() > 0)) write_acks(out, now);
    write_data(out);
    return out.size();
}

void Session::drain_queue(Link& link, Writer& out) {
    const Bytes waiting = Bytes(link.queue).subspan(link.queue_head);
    const std::size_t count = std::min(waiting.size(), out.room());
    out.raw(waiting.first(count));
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

void Session::write_owed(Writer& out) {
    while (!owed_reset_acks_.empty() && out.room() >= kMaxControlFrameBytes) {
        write_frame(out, ResetAckFrame{owed_reset_acks_.back()});
        owed_reset_acks_.pop_back();
    }
    while (!owed_.empty() && out.room() >= kMaxControlFrameBytes) {
        SessionStream& stream = owed_.pop_front();
        const SessionStream::Owed owed = std::exchange(stream.owed_, {});
        if (owed.reset) write_frame(out, ResetFrame{stream.id_, stream.failure_});
        if (owed.open) {
            stream.announced_ = true;
            write_frame(out, open_frame(stream));
        }
        if (owed.opened) write_frame(out, OpenedFrame{stream.id_});
        schedule(stream);
        maybe_forget(stream);
    }
}

void Session::write_acks(Writer& out, TimePoint now) {
    while (!acks_.empty() && out.room() >= kMaxControlFrameBytes) {
        SessionStream& stream = acks_.pop_front();
        const std::uint64_t max_offset =
            stream.receive_.grant(now, rtt_, options_.stream_bytes, share());
        write_frame(out, AckFrame{stream.id_, stream.receive_.received(), max_offset});
        stream.acknowledged_late_ = true;
        maybe_forget(stream);
    }
    if (acks_.empty()) acks_urgent_ = false;
    ack_deadline_ = now + kAckDelay;
}

void Session::write_data(Writer& out) {
    while (out.room() >= kLeastDataRoomBytes) {
        ReadyList& list = interactive_.empty() ? bulk_ : interactive_;
        if (list.empty()) return;
        write_stream_data(list.pop_front(), out);
    }
}

void Session::write_stream_data(SessionStream& stream, Writer& out) {
    SendHalf& send = stream.send_;
    const std::uint64_t offset = send.next_offset();
    const std::size_t count =
        std::min<std::uint64_t>(send.sendable_bytes(), out.room() - kMaxDataHeaderBytes);
    if (count > 0) {
        write_data_header(out, stream.id_, offset, count);
        const std::size_t copied = send.send(out.extend(count));
        HOMEPORT_ASSERT(copied == count);
        stream.burst_bytes_ += count;
        offer_room(stream);
    }
    if (send.fin_due() && out.room() >= kMaxDataHeaderBytes) {
        write_frame(out, FinFrame{stream.id_, send.next_offset()});
        send.send_fin();
    }
    schedule(stream);
}

}  // namespace homeport::tunnel
