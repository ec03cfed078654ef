/// What a session hears: attaching and resuming, and the frames of streams.

#include "tunnel/protocol/session.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// A frame as large as this comes from a source that has more.
constexpr std::size_t kBulkFrameBytes = 8 * 1024;
/// Streams count as beside interactive ones for this long after the last small frame.
constexpr Duration kInteractiveFor = 1s;

}  // namespace

Session::Link* Session::find(LinkId link) {
    const auto found = std::find_if(links_.begin(), links_.end(),
                                    [link](const Link& candidate) { return candidate.id == link; });
    return found == links_.end() ? nullptr : &*found;
}

/// A link that is not the active one is being attached, and there is at most one.
bool Session::attaching() const {
    return links_.size() > (attached() ? 1 : 0);
}

template <class Condition>
void Session::give_up_links(Condition condition) {
    std::vector<LinkId> obsolete;
    for (const Link& link : links_) {
        if (condition(link.id)) obsolete.push_back(link.id);
    }
    for (const LinkId link : obsolete) {
        remove_link(link);
        observer_.on_link_obsolete(link);
    }
}

void Session::start_attach(LinkId link, std::uint64_t epoch) {
    give_up_links([this](LinkId other) { return other != active_; });
    links_.push_back(Link{.id = link});
    queue_frame(link, HelloFrame{kProtocolVersion, options_.instance, peer_instance_,
                                 LinkKind::attach, epoch});
    queue_stream_list(links_.back());
}

Result<> Session::on_hello(LinkId link, const HelloFrame& hello) {
    if (hello.version != kProtocolVersion) {
        return fail(Errc::protocol, "speaks protocol version " + std::to_string(hello.version));
    }
    const bool known = peer_instance_ == hello.instance;
    const bool resumed = known && hello.relay_instance == options_.instance;
    // The newest link wins over others that are being attached, and a new process over all links of
    // the old.
    give_up_links([this, resumed](LinkId other) { return !resumed || other != active_; });
    if (!known) {
        cut_announced();
        peer_instance_ = hello.instance;
    } else if (!resumed) {
        take_back_announcements();  // our WELCOME never reached it
    }
    links_.push_back(Link{.id = link, .greeted = true, .resumed = resumed});
    return {};
}

/// Tells the peer, in one go, which streams this side has and how far it got with each.
void Session::queue_stream_list(Link& link) {
    for (SessionStream* stream : sorted_streams()) {
        if (stream->resetting_) {
            queue_frame(link.id, ResetFrame{stream->id_, stream->failure_});
        } else if (!stream->failed_ && (stream->announced_ || options_.role == Role::agent)) {
            // Maybe the peer heard of it after it made its list, maybe never.
            if (options_.role == Role::relay && !stream->known_to_peer_) {
                queue_frame(link.id, open_frame(*stream));
            }
            stream->acknowledged_late_ = false;
            queue_frame(link.id, ResumeFrame{stream->id_, stream->receive_.received(),
                                             stream->receive_.granted()});
        }
    }
    queue_frame(link.id, ResumeEndFrame{last_opened_});
}

void Session::remove_link(LinkId link) {
    std::erase_if(links_, [link](const Link& candidate) { return candidate.id == link; });
    if (active_ == link) active_ = {};
    if (options_.role != Role::agent || attaching()) return;
    // Those that were kept because of the list that went out on the link.
    for (SessionStream* stream : sorted_streams()) maybe_forget(*stream);
}

Result<> Session::finish_attach(Link& link, StreamId last_opened, TimePoint now) {
    const LinkId id = link.id;
    const bool resumed = link.resumed;
    if (options_.role == Role::relay) {
        queue_frame(
            id, WelcomeFrame{kProtocolVersion, options_.instance, resumed,
                             static_cast<std::uint64_t>(to_ms(options_.window)), options_.name});
        queue_stream_list(link);
    }
    active_ = id;
    for (SessionStream* stream : sorted_streams()) settle_after_resume(*stream, last_opened, now);
    give_up_links([id](LinkId other) { return other != id; });
    ack_deadline_ = now;
    observer_.on_attached(id, resumed);
    observer_.on_output();
    return {};
}

/// The peer has told which streams it has; this one is in its list, or not.
void Session::settle_after_resume(SessionStream& stream, StreamId last_opened, TimePoint now) {
    const bool agent = options_.role == Role::agent;
    if (stream.resetting_) {
        // Again: it may be younger than our list, or its answer may go down with the old link.
        stream.owed_ = {.reset = true};
        return owe(stream);
    }
    if (stream.failed_) return;
    const bool unheard = !agent && (!stream.known_to_peer_ || stream.id_ > last_opened);
    if (stream.listed_on_ != active_ && !unheard) return settle_unlisted(stream);
    stream.send_.rewind();
    if (agent && stream.established_) {
        stream.owed_.opened = true;
        owe(stream);
    }
    if (stream.acknowledged_late_) want_ack(stream, now, true);
    schedule(stream);
    maybe_forget(stream);
}

/// The peer has forgotten the stream: it ended there both ways, or it was cut.
void Session::settle_unlisted(SessionStream& stream) {
    if (stream.send_.finished() && stream.receive_.fin_received()) {
        freed(stream, stream.send_.settle());
        stream.ready_hook_.unlink();
        stream.ack_hook_.unlink();
        stream.owed_hook_.unlink();
        stream.owed_ = {};
    } else {
        lose_stream(stream);
    }
    count_outstanding(stream);
    maybe_forget(stream);
}

namespace {

/// Which frames may come on a link that is being attached, and on the active one.
bool in_place(const Frame& frame, bool greeted, bool active) {
    if (std::holds_alternative<WelcomeFrame>(frame)) return !greeted;
    if (!greeted) return false;
    if (std::holds_alternative<ResumeFrame>(frame) ||
        std::holds_alternative<ResumeEndFrame>(frame)) {
        return !active;
    }
    const bool listed =
        std::holds_alternative<OpenFrame>(frame) || std::holds_alternative<ResetFrame>(frame);
    return active || listed;
}

}  // namespace

struct Session::FrameHandler {
    Session& session;
    Link& link;
    const ChunkRef& chunk;
    TimePoint now;

    Result<> operator()(const WelcomeFrame& f) const { return session.on_welcome(link, f); }
    Result<> operator()(const ResumeFrame& f) const { return session.on_resume(link, f); }
    Result<> operator()(const ResumeEndFrame& f) const {
        return session.finish_attach(link, f.last_opened, now);
    }
    Result<> operator()(const OpenFrame& f) const { return session.on_open_frame(f); }
    Result<> operator()(const OpenedFrame& f) const {
        SessionStream* stream = session.find(f.stream);
        if (stream == nullptr || stream->failed_) return {};
        stream->known_to_peer_ = true;
        session.count_outstanding(*stream);
        if (stream->established_) return {};
        stream->established_ = true;
        stream->news_.established = true;
        session.tell(*stream);
        return {};
    }
    Result<> operator()(const DataFrame& f) const {
        SessionStream* stream = session.find(f.stream);
        if (stream == nullptr || stream->failed_) return {};
        return session.on_data(*stream, f, chunk, now);
    }
    Result<> operator()(const FinFrame& f) const {
        SessionStream* stream = session.find(f.stream);
        if (stream == nullptr || stream->failed_) return {};
        const auto taken = stream->receive_.on_fin(f.offset);
        if (!taken) return taken;
        stream->known_to_peer_ = true;
        stream->news_.readable = true;
        session.tell(*stream);
        session.want_ack(*stream, now, false);
        return {};
    }
    Result<> operator()(const AckFrame& f) const {
        SessionStream* stream = session.find(f.stream);
        if (stream == nullptr || stream->failed_) return {};
        return session.on_ack(*stream, f.received, f.max_offset);
    }
    Result<> operator()(const ResetFrame& f) const { return session.on_reset(link, f); }
    Result<> operator()(const ResetAckFrame& f) const {
        session.on_reset_ack(f.stream);
        return {};
    }
    template <class Other>
    Result<> operator()(const Other& f) const {
        return fail(Errc::protocol, std::string(frame_name(f)) + " is out of place here");
    }
};

Result<> Session::on_frame(LinkId link_id, const Frame& frame, const ChunkRef& chunk,
                           TimePoint now) {
    Link* link = find(link_id);
    if (link == nullptr) return fail(Errc::closed, "the link was replaced");
    if (!in_place(frame, link->greeted, link_id == active_)) {
        return fail(Errc::protocol, std::string(frame_name(frame)) + " at the wrong time");
    }
    return std::visit(FrameHandler{*this, *link, chunk, now}, frame);
}

Result<> Session::on_welcome(Link& link, const WelcomeFrame& frame) {
    if (options_.role != Role::agent) return fail(Errc::protocol, "WELCOME from an agent");
    if (frame.version != kProtocolVersion) {
        return fail(Errc::protocol, "speaks protocol version " + std::to_string(frame.version));
    }
    link.greeted = true;
    link.resumed = frame.resumed;
    if (!frame.resumed) {
        give_up_links([id = link.id](LinkId other) { return other != id; });
        cut_announced();
    }
    peer_instance_ = frame.instance;
    return {};
}

Result<> Session::on_resume(Link& link, const ResumeFrame& frame) {
    SessionStream* stream = link.resumed ? find(frame.stream) : nullptr;
    if (stream == nullptr || stream->failed_) return {};
    const auto freed_bytes = stream->send_.on_ack(frame.received, frame.max_offset);
    if (!freed_bytes) return std::unexpected(freed_bytes.error());
    stream->known_to_peer_ = true;
    stream->listed_on_ = link.id;
    freed(*stream, *freed_bytes);
    maybe_forget(*stream);
    return {};
}

Result<> Session::on_open_frame(const OpenFrame& frame) {
    if (options_.role != Role::agent) return fail(Errc::protocol, "OPEN from an agent");
    last_opened_ = std::max(last_opened_, frame.stream);
    if (find(frame.stream) != nullptr) return {};
    if (streams() >= kMaxStreams) return fail(Errc::protocol, "more streams than allowed");
    auto& stream = *(streams_[frame.stream] = std::make_unique<SessionStream>());
    stream.id_ = frame.stream;
    stream.info_ = {frame.service, frame.port, frame.visitor, frame.local};
    stream.known_to_peer_ = true;
    stream.send_.start(frame.max_offset);
    observer_.on_open(stream);
    return {};
}

Result<> Session::on_data(SessionStream& stream, const DataFrame& frame, const ChunkRef& chunk,
                          TimePoint now) {
    const auto fresh = stream.receive_.on_data(pool_, chunk, frame.offset, frame.payload);
    if (!fresh) return std::unexpected(fresh.error());
    stream.known_to_peer_ = true;
    if (*fresh == 0) {
        want_ack(stream, now, false);
        return {};
    }
    note_kind(stream, *fresh, now);
    budget_.take(*fresh);
    const std::uint64_t fair = budget_.fair_share(streams_.size());
    if (budget_.free() == 0 && stream.receive_.buffer().size() > fair) {
        // Its reader stands still and the session's memory is spent: this stream pays, not the
        // others.
        reset(stream, Errc::limit);
        stream.news_.failed = true;
        tell(stream);
        return {};
    }
    stream.news_.readable = true;
    tell(stream);
    want_ack(stream, now, false);
    return {};
}

void Session::note_kind(const SessionStream& stream, std::size_t bytes, TimePoint now) {
    if (bytes >= kBulkFrameBytes) {
        bulk_stream_ = stream.id_;
    } else if (bulk_stream_ != StreamId{} && stream.id_ != bulk_stream_) {
        interactive_until_ = now + kInteractiveFor;
    }
}

Result<> Session::on_ack(SessionStream& stream, std::uint64_t received, std::uint64_t max_offset) {
    const auto freed_bytes = stream.send_.on_ack(received, max_offset);
    if (!freed_bytes) return std::unexpected(freed_bytes.error());
    stream.known_to_peer_ = true;
    freed(stream, *freed_bytes);
    schedule(stream);
    maybe_forget(stream);
    return {};
}

Result<> Session::on_reset(const Link& link, const ResetFrame& frame) {
    // It means a stream of another session, whose number may be in use here.
    if (link.id != active_ && !link.resumed) return {};
    if (owed_reset_acks_.size() >= kMaxOwedResetAcks) {
        return fail(Errc::protocol, "resets without reading the answers");
    }
    owed_reset_acks_.push_back(frame.stream);
    observer_.on_output();
    SessionStream* stream = find(frame.stream);
    if (stream == nullptr) return {};
    if (stream->resetting_) {
        stream->resetting_ = false;
        stream->owed_ = {};
        stream->owed_hook_.unlink();
    } else {
        fail_stream(*stream, frame.code);
    }
    maybe_forget(*stream);
    return {};
}

void Session::on_reset_ack(StreamId id) {
    SessionStream* stream = find(id);
    if (stream == nullptr || !stream->resetting_) return;
    stream->resetting_ = false;
    maybe_forget(*stream);
}

}  // namespace homeport::tunnel
