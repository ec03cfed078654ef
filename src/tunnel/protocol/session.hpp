#pragma once
/// The session: an agent's attachment to its relay, and the streams in it. It outlives links: when
/// one is lost, streams keep what was not acknowledged, and go on at the exact byte over the next
/// one. Pure: frames go in through on_frame(), records come out of next_record(), time is a
/// parameter.
///
/// Both ends use this class; they differ in who opens streams (the relay) and who opens links (the
/// agent). docs/protocol/tunnel.md tells the rules of attaching, resuming and forgetting.

#include "core/chunk.hpp"
#include "core/ids.hpp"
#include "core/intrusive_list.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "tunnel/protocol/budget.hpp"
#include "tunnel/protocol/frame.hpp"
#include "tunnel/protocol/receive_half.hpp"
#include "tunnel/protocol/record.hpp"
#include "tunnel/protocol/send_half.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace homeport::tunnel {

using LinkId = StrongId<struct LinkTag>;

/// What a stream is opened for.
struct OpenInfo {
    std::uint32_t service = 0;
    std::uint16_t port = 0;
    Endpoint visitor;
    Endpoint local;
};

/// The user of one stream. Called from Session::dispatch() only; may release the stream inside the
/// call.
class StreamUser {
public:
    struct News {
        bool established = false;
        bool readable = false;  ///< bytes or the end
        bool writable = false;
        bool failed = false;  ///< see SessionStream::failure()
    };
    virtual void on_news(News news) = 0;

protected:
    ~StreamUser() = default;
};

/// One stream as the session keeps it. Users go through Session to change it.
class SessionStream {
public:
    StreamId id() const { return id_; }
    const OpenInfo& info() const { return info_; }
    bool established() const { return established_; }
    bool failed() const { return failed_; }
    Errc failure() const { return failure_; }
    const ReceiveHalf& received() const { return receive_; }
    const SendHalf& sending() const { return send_; }

private:
    friend class Session;
    struct Owed {
        bool open = false;
        bool opened = false;
        bool reset = false;
    };

    StreamId id_;
    OpenInfo info_;
    SendHalf send_;
    ReceiveHalf receive_;
    StreamUser* user_ = nullptr;
    std::uint64_t burst_bytes_ = 0;  ///< sent since the stream last had nothing to send
    Owed owed_;
    StreamUser::News news_;
    LinkId listed_on_{};  ///< the peer's last list with this stream came over this link
    Errc failure_ = Errc::reset;
    bool established_ = false;
    bool failed_ = false;             ///< cut by the peer or by us
    bool resetting_ = false;          ///< we cut it and wait for the peer's RESET_ACK
    bool released_ = false;           ///< the user is gone
    bool announced_ = false;          ///< OPEN went out on some link
    bool known_to_peer_ = false;      ///< the peer has answered for it
    bool wants_room_ = false;         ///< the user waits for on_writable
    bool orphan_ = false;             ///< its peer is gone: nothing is said about it any more
    bool acknowledged_late_ = false;  ///< agent: an ACK went out after the list of streams
    bool outstanding_ = false;        ///< counted in Session::outstanding_streams_
    ListHook ready_hook_;             ///< has data to send
    ListHook owed_hook_;              ///< has control frames to send
    ListHook ack_hook_;               ///< has an acknowledgement to send
    ListHook news_hook_;              ///< has news for its user
    ListHook room_hook_;              ///< waits for the budget
};

/// The owner of a session.
class SessionObserver {
public:
    /// Agent only: the relay opened a stream; attach a user with Session::set_user() or cut it.
    virtual void on_open(SessionStream& stream) = 0;
    /// Something can be sent: call next_record() soon.
    virtual void on_output() = 0;
    /// The link was replaced by a newer one: close it.
    virtual void on_link_obsolete(LinkId link) = 0;
    /// Attached: streams go on over `link`. `resumed`: they were kept; else opened ones were cut.
    virtual void on_attached(LinkId link, bool resumed) = 0;

protected:
    ~SessionObserver() = default;
};

class Session {
public:
    enum class Role : std::uint8_t { relay, agent };
    struct Options {
        Role role = Role::relay;
        InstanceId instance;  ///< of this process; an agent that abandons goes on as another
        std::uint64_t stream_bytes = 0;  ///< most that one stream keeps for sending again
        Duration window{};               ///< told to the peer in WELCOME
        std::string name;                ///< of the relay, in WELCOME
    };

    /// `pool`, `observer` and the budget's parent must outlive the session.
    Session(Options options, ChunkPool& pool, SessionObserver& observer,
            std::uint64_t session_bytes, Budget* total);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    InstanceId instance() const { return options_.instance; }

    // Links.
    /// Agent: a secure link is up; queues HELLO and the list of streams for it. A link that was
    /// being attached before is given up.
    void start_attach(LinkId link, std::uint64_t epoch);
    /// Relay: HELLO came in on `link`.
    Result<> on_hello(LinkId link, const HelloFrame& hello);
    /// Frames of a link after HELLO (relay) or from the start (agent). `chunk` is the block the
    /// frame's views lie in. Error: the peer broke the protocol; drop the link.
    Result<> on_frame(LinkId link, const Frame& frame, const ChunkRef& chunk, TimePoint now);
    void remove_link(LinkId link);
    /// A link carries streams.
    bool attached() const { return active_ != LinkId{}; }
    LinkId active_link() const { return active_; }
    /// Fills the record with frames for the link; empty: nothing to send. It is to be written
    /// before anything else is called.
    void next_record(LinkId link, Record& record, TimePoint now);
    /// Queues a frame for the link, behind WELCOME and the list of streams. Not ANNOUNCE, ANNOUNCED
    /// or DATA, which may be longer than a record.
    void queue_frame(LinkId link, const Frame& frame);
    /// When next_record() has something to say by itself (delayed acknowledgements); kNever: not at
    /// all.
    TimePoint next_deadline() const {
        return acks_.empty() || !attached() ? kNever : ack_deadline_;
    }
    /// The round trip without queues.
    void set_rtt(Duration rtt) { rtt_ = rtt; }

    // Streams.
    /// Relay: a new stream; nullptr when there are kMaxStreams.
    SessionStream* open(const OpenInfo& info);
    void set_user(SessionStream& stream, StreamUser* user) { stream.user_ = user; }
    /// Agent: the target is connected.
    void establish(SessionStream& stream);
    /// Bytes the stream takes now. 0 also makes on_news(writable) come when there is room again.
    std::size_t room(SessionStream& stream);
    /// Where to put bytes (see SliceQueue::reserve), to be told by written().
    std::size_t reserve(SessionStream& stream, std::size_t want, std::span<MutableBytes> views);
    void written(SessionStream& stream, std::size_t bytes);
    /// Copies; requires room for the bytes.
    void append(SessionStream& stream, Bytes bytes);
    void finish(SessionStream& stream);
    void consume(SessionStream& stream, std::size_t bytes, TimePoint now);
    void reset(SessionStream& stream, Errc code);
    /// The user is done with the stream; one that has not ended both ways is cut. Do not touch it
    /// again.
    void release(SessionStream& stream);
    /// Cuts every stream that was opened at the peer (the window is over, or the peer is another
    /// process) and makes the next attach a fresh start. Remove all links before.
    void abandon();

    /// Tells users their news. Call after a batch of on_frame() and after abandon().
    void dispatch();

    std::size_t streams() const { return streams_.size() + abandoned_.size(); }
    /// Streams that wait for acknowledgement of something sent, or for an answer to OPEN.
    bool expects_answer() const { return outstanding_streams_ > 0; }
    std::uint64_t resets() const { return resets_; }
    const Budget& budget() const { return budget_; }

private:
    struct Link {
        LinkId id;
        std::vector<std::byte> queue;  ///< frames that are not made from stream state
        std::size_t queue_head = 0;
        bool greeted = false;  ///< HELLO (relay) or WELCOME (agent) came in
        bool resumed = false;
    };
    using Streams = std::unordered_map<StreamId, std::unique_ptr<SessionStream>>;
    using Abandoned = std::unordered_map<const SessionStream*, std::unique_ptr<SessionStream>>;

    Link* find(LinkId link);
    SessionStream* find(StreamId stream);
    void cut_announced();
    void orphan(SessionStream& stream);
    void take_back_announcements();
    std::vector<SessionStream*> sorted_streams();

    static OpenFrame open_frame(const SessionStream& stream);
    void queue_stream_list(Link& link);
    Result<> finish_attach(Link& link, StreamId last_opened, TimePoint now);
    void settle_after_resume(SessionStream& stream, StreamId last_opened, TimePoint now);
    void settle_unlisted(SessionStream& stream);
    bool attaching() const;
    template <class Condition>
    void give_up_links(Condition condition);

    struct FrameHandler;
    Result<> on_welcome(Link& link, const WelcomeFrame& frame);
    Result<> on_open_frame(const OpenFrame& frame);
    Result<> on_data(SessionStream& stream, const DataFrame& frame, const ChunkRef& chunk,
                     TimePoint now);
    Result<> on_ack(SessionStream& stream, std::uint64_t received, std::uint64_t max_offset);
    Result<> on_resume(Link& link, const ResumeFrame& frame);
    Result<> on_reset(const Link& link, const ResetFrame& frame);
    void on_reset_ack(StreamId stream);

    void drain_queue(Link& link, Record& record);
    void write_owed(Record& record);
    void write_acks(Record& record, TimePoint now);
    WindowRule window_rule(TimePoint now) const;
    void note_kind(const SessionStream& stream, std::size_t bytes, TimePoint now);
    void write_data(Record& record);
    void write_stream_data(SessionStream& stream, Record& record);

    void want_ack(SessionStream& stream, TimePoint now, bool urgent);
    void schedule(SessionStream& stream);
    void count_outstanding(SessionStream& stream);
    void freed(SessionStream& stream, std::uint64_t bytes);
    void tell(SessionStream& stream);
    void fail_stream(SessionStream& stream, Errc code);
    void lose_stream(SessionStream& stream);
    void clear_buffers(SessionStream& stream);
    void owe(SessionStream& stream);
    bool forgettable(const SessionStream& stream) const;
    void maybe_forget(SessionStream& stream);
    void erase(SessionStream& stream);
    void offer_room(SessionStream& stream);
    std::uint64_t share() const { return budget_.share(); }

    using OwedList = IntrusiveList<SessionStream, &SessionStream::owed_hook_>;
    using AckList = IntrusiveList<SessionStream, &SessionStream::ack_hook_>;
    using ReadyList = IntrusiveList<SessionStream, &SessionStream::ready_hook_>;
    using NewsList = IntrusiveList<SessionStream, &SessionStream::news_hook_>;
    using RoomList = IntrusiveList<SessionStream, &SessionStream::room_hook_>;

    Options options_;
    ChunkPool& pool_;
    SessionObserver& observer_;
    Budget budget_;
    InstanceId peer_instance_{};
    Streams streams_;
    Abandoned abandoned_;  ///< orphans that were not released yet; their ids may be used anew
    std::vector<Link> links_;
    LinkId active_{};
    OwedList owed_;
    AckList acks_;
    ReadyList interactive_;
    ReadyList bulk_;
    NewsList news_;
    RoomList waiting_for_room_;
    std::vector<StreamId> owed_reset_acks_;
    TimePoint ack_deadline_ = kNever;
    Duration rtt_{};
    StreamId bulk_stream_{};         ///< the last one that sent a large frame
    TimePoint interactive_until_{};  ///< another one sent a small frame, lately
    std::uint64_t next_stream_ = 1;
    StreamId last_opened_{};  ///< agent: the last one heard of
    std::uint64_t resets_ = 0;
    std::uint64_t outstanding_streams_ = 0;
    bool acks_urgent_ = false;
};

}  // namespace homeport::tunnel
