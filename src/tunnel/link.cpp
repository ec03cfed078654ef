#include "tunnel/link.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::tunnel {

using Status = net::IoResult::Status;

Link::Link(LinkId id, net::Loop& loop, ChunkPool& pool, std::unique_ptr<net::SecureStream> stream,
           LinkUser& user, std::size_t max_frame_bytes)
    : id_(id),
      loop_(loop),
      pool_(pool),
      stream_(std::move(stream)),
      user_(&user),
      peer_(stream_->peer()),
      max_frame_bytes_(max_frame_bytes),
      flush_(net::call<&Link::flush>(this)),
      read_on_(net::call<&Link::begin>(this)) {
    stream_->set_handler(this);
    read_on_.post(loop_);
}

Link::~Link() = default;

void Link::trust() {
    max_frame_bytes_ = kMaxFrameBytes;
}

void Link::begin() {
    on_writable();
    on_readable();
}

void Link::on_writable() {
    if (closed()) return;
    if (!announced_up_ && stream_->established()) {
        announced_up_ = true;
        user_->on_link_up(*this);
    }
    flush();
}

void Link::on_readable() {
    if (closed()) return;
    const std::uint64_t before = received_;
    read_some();
    if (!closed() && received_ != before) user_->on_link_batch(*this);
}

void Link::read_some() {
    std::size_t turn_bytes = 0;
    while (!closed()) {
        if (turn_bytes >= kLinkTurnBytes) return read_on_.post(loop_);
        if (!input_) input_ = pool_.take();
        const net::IoResult result =
            stream_->read(MutableBytes(input_.data() + input_used_, kChunkBytes - input_used_));
        if (result.status != Status::ok) {
            if (input_used_ == 0) input_ = ChunkRef();
            if (result.status == Status::eof) return fail("the peer closed the link");
            if (result.status == Status::error) return fail(std::string(stream_->failure()));
            return;
        }
        if (!announced_up_) {
            announced_up_ = true;
            user_->on_link_up(*this);
            if (closed()) return;
        }
        turn_bytes += result.bytes;
        received_ += result.bytes;
        if (!take_input(result.bytes)) return;
    }
}

/// Cuts frames out of what has arrived and keeps the unfinished rest.
bool Link::take_input(std::size_t count) {
    const std::size_t filled = input_used_ + count;
    if (long_.empty()) {
        const ChunkRef block = input_;
        const Bytes input(block.data(), filled);
        const std::size_t parsed = parse(input, block);
        if (closed() || failed_protocol_) return false;
        keep_rest(input.subspan(parsed));
        return true;
    }
    long_.insert(long_.end(), input_.data() + input_used_, input_.data() + filled);
    input_ = ChunkRef();
    const std::size_t parsed = parse(long_, ChunkRef());
    if (closed() || failed_protocol_) return false;
    if (parsed == 0) return true;
    std::vector<std::byte> whole;
    whole.swap(long_);
    keep_rest(Bytes(whole).subspan(parsed));  // a short rest goes on in a block, without copies
    return true;
}

std::size_t Link::parse(Bytes input, const ChunkRef& chunk) {
    std::size_t parsed = 0;
    while (parsed < input.size()) {
        const auto next = parse_frame(input.subspan(parsed), max_frame_bytes_);
        if (!next) {
            failed_protocol_ = true;
            fail(next.error().what);
            return parsed;
        }
        if (!*next) return parsed;
        parsed += (*next)->bytes;
        const auto taken = user_->on_link_frame(*this, (*next)->frame, chunk);
        if (closed()) return parsed;
        if (!taken) {
            failed_protocol_ = true;
            fail(taken.error().what);
            return parsed;
        }
    }
    return parsed;
}

void Link::keep_rest(Bytes rest) {
    input_used_ = 0;
    if (rest.empty()) {
        input_ = ChunkRef();
    } else if (rest.size() >= kChunkBytes / 2 ||
               rest.size() + kMaxControlFrameBytes > kChunkBytes) {
        // Large unfinished frames grow in a buffer of their own.
        long_.assign(rest.begin(), rest.end());
        input_ = ChunkRef();
    } else {
        ChunkRef fresh = pool_.take();
        std::memcpy(fresh.data(), rest.data(), rest.size());
        input_ = fresh;
        input_used_ = rest.size();
    }
}

void Link::send(const Frame& frame) {
    const bool pong = std::holds_alternative<PongFrame>(frame);
    if (pong && own_.size() > kMaxPongBacklogBytes) return;
    if (own_.size() > kMaxOwnFramesBytes) {
        overfull_ = true;  // flush() ends the link, outside of our caller
        return want_flush();
    }
    std::size_t extra = 0;
    if (const auto* announce = std::get_if<AnnounceFrame>(&frame)) extra = announce->offers.size();
    if (const auto* results = std::get_if<AnnouncedFrame>(&frame)) extra = results->results.size();
    const std::size_t before = own_.size();
    own_.resize(before + kMaxControlFrameBytes + extra);
    Writer out(MutableBytes(own_).subspan(before));
    write_frame(out, frame);
    own_.resize(before + out.size());
    want_flush();
}

void Link::flush() {
    if (closed() || !stream_->established()) return;
    if (overfull_) return fail("the peer does not read");
    while (push_pending() && fill_pending()) {
    }
}

/// True when nothing is pending any more.
bool Link::push_pending() {
    while (pending_.size() > 0) {
        const net::IoResult result = stream_->write(pending_.bytes());
        if (result.status == Status::error) {
            fail(std::string(stream_->failure()));
            return false;
        }
        if (result.status != Status::ok) return false;
        pending_.begin += static_cast<std::uint32_t>(result.bytes);
        sent_ += result.bytes;
    }
    return true;
}

bool Link::fill_pending() {
    if (!pending_.chunk) pending_.chunk = pool_.take();
    const MutableBytes record(pending_.chunk.data(), kRecordBytes);
    std::size_t count = 0;
    if (!own_.empty()) {
        count = std::min(own_.size(), record.size());
        std::memcpy(record.data(), own_.data(), count);
        own_.erase(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(count));
        if (own_.empty()) std::vector<std::byte>().swap(own_);
    } else {
        count = user_->next_link_record(*this, record);
    }
    pending_.begin = 0;
    pending_.end = static_cast<std::uint32_t>(count);
    if (count == 0) pending_.chunk = ChunkRef();
    return count > 0;
}

void Link::close() {
    if (closed()) return;
    flush();
    if (closed()) return;
    stream_->shutdown_write();
    stream_->set_handler(nullptr);
    stream_.reset();
}

void Link::cut() {
    if (closed()) return;
    stream_->set_handler(nullptr);
    stream_->reset();
    stream_.reset();
}

void Link::fail(const std::string& reason) {
    if (closed()) return;
    const std::string copy = reason.empty() ? "the link was cut" : reason;
    cut();
    user_->on_link_down(*this, copy);
}

}  // namespace homeport::tunnel
