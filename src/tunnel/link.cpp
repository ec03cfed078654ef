#include "tunnel/link.hpp"

#include "core/assert.hpp"
#include "tunnel/limits.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {

using Status = net::IoResult::Status;

static_assert(kRecordBytes <= net::kSecureWriteBytes && kMaxRecordPieces <= net::kSecureWriteViews,
              "a record is written at once");

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
        SliceQueue arrived;
        const net::IoResult result = stream_->read_into(arrived, pool_);
        if (result.status == Status::eof) return fail("the peer closed the link");
        if (result.status == Status::error) return fail(std::string(stream_->failure()));
        if (result.status != Status::ok) return;
        if (!announced_up_) {
            announced_up_ = true;
            user_->on_link_up(*this);
        }
        turn_bytes += result.bytes;
        received_ += result.bytes;
        while (!closed() && !arrived.empty() && take(arrived.take_slice())) {
        }
    }
}

/// Hands the frames in the piece over and keeps what is left of it. False: the link is closed.
bool Link::take(const Slice& piece) {
    if (rest_.empty()) return parse(piece.bytes(), piece.chunk);
    rest_.insert(rest_.end(), piece.bytes().begin(), piece.bytes().end());
    const auto parsed = parse_one(rest_, ChunkRef());
    if (!parsed) return false;
    if (*parsed == 0) return true;
    // The rest of the piece goes on where it lies.
    const std::size_t left = rest_.size() - *parsed;
    std::vector<std::byte>().swap(rest_);
    return parse(piece.bytes().last(left), piece.chunk);
}

bool Link::parse(Bytes input, const ChunkRef& chunk) {
    while (!input.empty()) {
        const auto parsed = parse_one(input, chunk);
        if (!parsed) return false;
        if (*parsed == 0) break;
        input = input.subspan(*parsed);
    }
    rest_.assign(input.begin(), input.end());
    return true;
}

/// Returns the bytes of the first frame, which was handed over; 0: it has not arrived in full;
/// nothing: the link is closed.
std::optional<std::size_t> Link::parse_one(Bytes input, const ChunkRef& chunk) {
    const auto next = parse_frame(input, max_frame_bytes_);
    if (!next) {
        fail(next.error().what);
        return std::nullopt;
    }
    if (!*next) return 0;
    const auto taken = user_->on_link_frame(*this, (*next)->frame, chunk);
    if (!taken) fail(taken.error().what);
    if (closed()) return std::nullopt;
    return (*next)->bytes;
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
    while (stream_->ready_to_write()) {
        Record record(pool_);
        fill(record);
        if (record.empty()) return;
        const net::IoResult result = stream_->write(record.views());
        if (result.status == Status::error) return fail(std::string(stream_->failure()));
        HOMEPORT_ASSERT(result.bytes == record.size());
        sent_ += result.bytes;
    }
}

void Link::fill(Record& record) {
    if (own_.empty()) return user_->next_link_record(*this, record);
    const std::size_t count = std::min(own_.size(), record.room());
    record.out().raw(Bytes(own_).first(count));
    own_.erase(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(count));
    if (own_.empty()) std::vector<std::byte>().swap(own_);
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

std::unique_ptr<net::Stream> Link::release() {
    flush();
    if (closed()) return nullptr;
    auto below = own_.empty() && rest_.empty() ? stream_->release() : nullptr;
    if (below == nullptr) {
        cut();
    } else {
        stream_.reset();
    }
    return below;
}

void Link::fail(const std::string& reason) {
    if (closed()) return;
    const std::string copy = reason.empty() ? "the link was cut" : reason;
    cut();
    user_->on_link_down(*this, copy);
}

}  // namespace homeport::tunnel
