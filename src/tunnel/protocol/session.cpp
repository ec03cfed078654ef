#include "tunnel/protocol/session.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace homeport::tunnel {

Session::Session(Options options, ChunkPool& pool, SessionObserver& observer,
                 std::uint64_t session_bytes, Budget* total)
    : options_(std::move(options)),
      pool_(pool),
      observer_(observer),
      budget_(session_bytes, total) {}

Session::~Session() = default;

SessionStream* Session::find(StreamId stream) {
    const auto found = streams_.find(stream);
    return found == streams_.end() ? nullptr : found->second.get();
}

SessionStream* Session::open(const OpenInfo& info) {
    HOMEPORT_ASSERT(options_.role == Role::relay);
    if (streams() >= kMaxStreams) return nullptr;
    const StreamId id{next_stream_++};
    auto& stream = *(streams_[id] = std::make_unique<SessionStream>());
    stream.id_ = id;
    stream.info_ = info;
    stream.receive_.start(budget_.first_window(streams_.size()));
    stream.owed_.open = true;
    owe(stream);
    return &stream;
}

void Session::establish(SessionStream& stream) {
    stream.established_ = true;
    stream.owed_.opened = true;
    owe(stream);
}

std::size_t Session::room(SessionStream& stream) {
    if (stream.failed_ || stream.send_.finished()) return 0;
    const std::uint64_t held = stream.send_.buffered();
    std::uint64_t most = std::min(options_.stream_bytes, budget_.send_share());
    if (!stream.established_) most = std::min(most, kEarlyBytes);
    const std::uint64_t by_memory = most - std::min(most, held);
    const std::uint64_t ahead = std::min(kReadAheadBytes, stream.send_.unsent());
    const std::uint64_t room = std::min(by_memory, kReadAheadBytes - ahead);
    if (room == 0) {
        stream.wants_room_ = true;
        waiting_for_room_.push_back(stream);
    }
    return room;
}

std::size_t Session::reserve(SessionStream& stream, std::size_t want,
                             std::span<MutableBytes> views) {
    return stream.send_.buffer().reserve(pool_, want, views);
}

void Session::written(SessionStream& stream, std::size_t bytes) {
    stream.send_.buffer().commit(bytes);
    if (bytes == 0) return;
    budget_.take(bytes);
    schedule(stream);
}

void Session::append(SessionStream& stream, Bytes bytes) {
    if (bytes.empty()) return;
    stream.send_.buffer().append_copy(pool_, bytes);
    budget_.take(bytes.size());
    schedule(stream);
}

void Session::finish(SessionStream& stream) {
    if (stream.failed_ || stream.send_.finished()) return;
    stream.send_.finish();
    schedule(stream);
}

void Session::consume(SessionStream& stream, std::size_t bytes, TimePoint now) {
    stream.receive_.consume(bytes);
    freed(stream, bytes);
    if (stream.failed_) return;
    if (stream.receive_.grant_due()) want_ack(stream, now, true);
}

void Session::reset(SessionStream& stream, Errc code) {
    if (stream.failed_) return;
    stream.failed_ = true;
    stream.failure_ = code;
    clear_buffers(stream);
    stream.ready_hook_.unlink();
    stream.ack_hook_.unlink();
    if (stream.orphan_ || (!stream.announced_ && options_.role == Role::relay)) {
        stream.owed_.open = false;
        stream.owed_hook_.unlink();
        return;
    }
    stream.resetting_ = true;
    stream.owed_ = {.reset = true};
    owe(stream);
}

void Session::release(SessionStream& stream) {
    stream.user_ = nullptr;
    stream.released_ = true;
    stream.news_hook_.unlink();
    stream.room_hook_.unlink();
    const bool ended = stream.send_.finished() && stream.receive_.at_end();
    if (!ended) reset(stream, Errc::closed);
    maybe_forget(stream);
}

bool Session::forgettable(const SessionStream& stream) const {
    if (!stream.released_ || stream.resetting_) return false;
    if (stream.failed_) return true;
    // Our list of streams has it and is on its way: the peer may ask for its end again.
    if (options_.role == Role::agent && attaching() && !stream.orphan_) return false;
    // The acknowledgement of the peer's end must have left, or the peer would keep the stream.
    return stream.send_.done() && stream.receive_.fin_received() && !stream.ack_hook_.linked() &&
           !stream.owed_hook_.linked();
}

void Session::maybe_forget(SessionStream& stream) {
    if (!forgettable(stream)) return;
    clear_buffers(stream);
    if (stream.outstanding_) --outstanding_streams_;
    erase(stream);
}

void Session::erase(SessionStream& stream) {
    const auto found = streams_.find(stream.id_);
    if (found != streams_.end() && found->second.get() == &stream) {
        streams_.erase(found);
    } else {
        abandoned_.erase(&stream);
    }
}

void Session::clear_buffers(SessionStream& stream) {
    const std::uint64_t bytes = stream.send_.buffered() + stream.receive_.buffer().size();
    stream.send_.buffer().clear();
    stream.receive_.clear();
    budget_.give(bytes);
    stream.room_hook_.unlink();
    count_outstanding(stream);
}

/// Memory of this stream came free: those who waited for room may try again.
void Session::freed(SessionStream& stream, std::uint64_t bytes) {
    if (bytes == 0) return;
    budget_.give(bytes);
    offer_room(stream);
    if (!waiting_for_room_.empty()) offer_room(waiting_for_room_.front());
}

void Session::offer_room(SessionStream& stream) {
    if (!stream.wants_room_ || room(stream) < std::min<std::uint64_t>(kLeastShareBytes, share()))
        return;
    stream.wants_room_ = false;
    stream.room_hook_.unlink();
    stream.news_.writable = true;
    tell(stream);
    observer_.on_output();  // room may come while nothing comes in: somebody must dispatch
}

void Session::tell(SessionStream& stream) {
    if (stream.user_ != nullptr) news_.push_back(stream);
}

void Session::dispatch() {
    while (!news_.empty()) {
        SessionStream& stream = news_.pop_front();
        const StreamUser::News news = stream.news_;
        stream.news_ = {};
        if (stream.user_ != nullptr) stream.user_->on_news(news);
    }
}

void Session::fail_stream(SessionStream& stream, Errc code) {
    if (stream.failed_) return;
    stream.failed_ = true;
    stream.failure_ = code;
    clear_buffers(stream);
    stream.ready_hook_.unlink();
    stream.ack_hook_.unlink();
    stream.owed_hook_.unlink();
    stream.owed_ = {};
    stream.news_.failed = true;
    tell(stream);
}

/// The stream could go on no more, though nobody wanted it to end.
void Session::lose_stream(SessionStream& stream) {
    if (!stream.failed_) ++resets_;
    fail_stream(stream, Errc::reset);
}

void Session::owe(SessionStream& stream) {
    owed_.push_back(stream);
    observer_.on_output();
}

void Session::schedule(SessionStream& stream) {
    count_outstanding(stream);
    if (stream.failed_) return;
    if (!stream.send_.sendable()) {
        if (stream.send_.unsent() == 0) stream.burst_bytes_ = 0;
        return;
    }
    (stream.burst_bytes_ > kBulkBytes ? bulk_ : interactive_).push_back(stream);
    observer_.on_output();
}

void Session::count_outstanding(SessionStream& stream) {
    const bool waits_for_answer =
        stream.announced_ && !stream.known_to_peer_ && options_.role == Role::relay;
    const bool outstanding = !stream.failed_ && (stream.send_.outstanding() || waits_for_answer);
    if (outstanding == stream.outstanding_) return;
    stream.outstanding_ = outstanding;
    outstanding ? ++outstanding_streams_ : --outstanding_streams_;
}

void Session::want_ack(SessionStream& stream, TimePoint now, bool urgent) {
    if (acks_.empty()) ack_deadline_ = now + kAckDelay;
    acks_.push_back(stream);
    if (!urgent) return;
    acks_urgent_ = true;
    observer_.on_output();
}

std::vector<SessionStream*> Session::sorted_streams() {
    std::vector<SessionStream*> sorted;
    sorted.reserve(streams_.size());
    for (const auto& [id, stream] : streams_) sorted.push_back(stream.get());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* left, const auto* right) { return left->id_ < right->id_; });
    return sorted;
}

void Session::abandon() {
    cut_announced();
    if (options_.role != Role::agent) return;
    // The relay may not know yet that we gave up: to it we come back as somebody new.
    for (std::byte& digit : options_.instance.bytes) {
        digit = static_cast<std::byte>(std::to_integer<unsigned>(digit) + 1);
        if (digit != std::byte{0}) return;
    }
}

/// The peer has heard of no stream: what was said to it went down with its link.
void Session::take_back_announcements() {
    for (SessionStream* stream : sorted_streams()) {
        if (stream->failed_ || stream->known_to_peer_) {
            orphan(*stream);
            continue;
        }
        stream->announced_ = false;
        stream->send_.rewind();
        count_outstanding(*stream);
        // Streams are always opened in their order.
        stream->owed_ = {.open = true};
        stream->owed_hook_.unlink();
        owe(*stream);
    }
}

void Session::cut_announced() {
    peer_instance_ = {};
    last_opened_ = {};
    owed_reset_acks_.clear();
    for (SessionStream* stream : sorted_streams()) {
        if (stream->announced_ || options_.role == Role::agent) orphan(*stream);
    }
}

/// The peer knows nothing of the stream any more. One that has everything is read to its end,
/// others fail.
void Session::orphan(SessionStream& stream) {
    stream.resetting_ = false;
    stream.owed_ = {};
    stream.owed_hook_.unlink();
    stream.ack_hook_.unlink();
    stream.orphan_ = true;
    const bool complete = stream.send_.done() && stream.receive_.fin_received();
    if (!complete) fail_stream(stream, Errc::reset);
    const auto entry = streams_.find(stream.id_);
    if (!stream.released_) abandoned_.emplace(&stream, std::move(entry->second));
    streams_.erase(entry);
}

}  // namespace homeport::tunnel
