#include "dns/server/tcp_server.hpp"

#include "core/assert.hpp"
#include "core/chunk.hpp"
#include "core/intrusive_list.hpp"
#include "core/source_key.hpp"
#include "dns/wire/limits.hpp"
#include "net/pump.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace homeport::dns {
namespace {

constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kMaxFrameBytes = kLengthBytes + kMaxMessageBytes;
constexpr std::size_t kViewsPerWrite = 20;
static_assert(kMaxFrameBytes <= kTcpUnreadBytes);

std::size_t length_at(Bytes frame) {
    return std::to_integer<std::size_t>(frame[0]) << 8 | std::to_integer<std::size_t>(frame[1]);
}

}  // namespace

class TcpConnection;

namespace {

using Connection = TcpConnection;

/// What connections have in common.
struct Shared {
    Shared(net::Loop& on, MessageHandler& by, const TcpLimits& bounds)
        : loop(on), handler(by), limits(bounds) {}
    virtual void remove(Connection& connection) = 0;
    virtual void note_idle(Connection& connection) = 0;
    virtual void note_waiting(Connection& connection, bool progress) = 0;

    net::Loop& loop;
    MessageHandler& handler;
    const TcpLimits limits;
    ChunkPool pool;              ///< of the answers that wait
    std::size_t held_bytes = 0;  ///< by connections, of queries
    TcpCounters counters;
    /// Used within one turn of one connection.
    std::vector<std::byte> read_room = std::vector<std::byte>(kTcpReadBytes);
    std::vector<std::byte> frame_room = std::vector<std::byte>(kMaxFrameBytes);

protected:
    ~Shared() = default;
};

}  // namespace

/// One client. A turn sends what waits, makes answers until there is no room, no query or the turn
/// is over, and sends again.
class TcpConnection {
public:
    TcpConnection(Shared& shared, std::unique_ptr<net::Stream> stream)
        : shared_(shared),
          stream_(std::move(stream)),
          peer_(stream_->peer()),
          edges_(net::call<&Connection::run>(this)),
          again_(net::call<&Connection::run>(this)),
          timer_(shared.loop.timers(), net::call<&Connection::cut>(this)) {
        stream_->set_handler(&edges_);
    }
    ~TcpConnection() {
        if (late_) late_->wake_.reset();
        stream_->set_handler(nullptr);
        shared_.held_bytes -= counted_bytes_;
    }
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;

    /// May end with the connection's removal; so may what follows from it.
    void run();
    void cut();
    void reset() { stream_->reset(); }
    const Endpoint& peer() const { return peer_; }

    ListHook by_idle;     ///< all idle ones, the oldest first
    ListHook of_source;   ///< the same, of one source
    ListHook by_waiting;  ///< those with answers unread, the one without progress longest first
    TimePoint idle_since{};
    std::size_t index = 0;  ///< in the server's list

private:
    bool flush();
    void produce();
    bool next_message();
    bool take_late();
    bool answer_held();
    bool read_more();
    void queue(std::size_t message_bytes);
    void conclude();
    bool give_back_input();
    void arm_timer();

    Bytes held() const { return Bytes(input_).subspan(used_); }
    bool whole_query() const {
        return held().size() >= kLengthBytes && held().size() - kLengthBytes >= length_at(held());
    }
    bool has_room() const { return unread_.size() + kMaxFrameBytes <= kTcpUnreadBytes; }
    /// Another turn would find something to do.
    bool may_produce() const {
        if (closing_ || !has_room()) return false;
        if (late_) return late_->message_.has_value();
        return source_ != nullptr || whole_query() || (edges_.readable && !input_ended_);
    }
    bool owes_more() const { return source_ != nullptr || late_ != nullptr; }
    bool over() const {
        return unread_.empty() && (closing_ || (input_ended_ && !owes_more() && !whole_query()));
    }

    Shared& shared_;
    std::unique_ptr<net::Stream> stream_;
    Endpoint peer_;
    net::Edges edges_;
    net::Continuation again_;
    net::Timer timer_;
    std::vector<std::byte> input_;
    std::size_t used_ = 0;           ///< of input_: answered already
    std::size_t counted_bytes_ = 0;  ///< of input_, in Shared::held_bytes
    SliceQueue unread_;
    std::unique_ptr<MessageSource> source_;
    std::shared_ptr<LateReply> late_;
    TimePoint progress_at_{};         ///< while answers are unread
    TimePoint query_since_ = kNever;  ///< a part of a query is there and the rest may come
    bool progress_ = false;           ///< in this turn
    bool input_ended_ = false;
    bool closing_ = false;  ///< nothing is read or answered any more
};

/// False: the stream is dead.
bool Connection::flush() {
    while (!unread_.empty() && edges_.writable) {
        std::array<Bytes, kViewsPerWrite> views;
        const std::size_t count = unread_.peek(0, views);
        const net::IoResult result = stream_->write(std::span<const Bytes>(views).first(count));
        if (result.status == net::IoResult::Status::again) {
            edges_.writable = false;
            return true;
        }
        if (result.status != net::IoResult::Status::ok) return false;
        unread_.consume(result.bytes);
        progress_ = true;
    }
    return true;
}

void Connection::run() {
    if (again_.pending()) return;  // the posted turn comes soon and sees the edges
    progress_ = false;
    if (!flush()) return shared_.remove(*this);
    produce();
    if (!flush()) return shared_.remove(*this);
    conclude();
}

void Connection::produce() {
    std::size_t left = kTcpQueriesPerTurn;
    while (!closing_ && has_room() && left > 0) {
        if (late_) {
            if (!take_late()) return;
        } else if (source_ ? next_message() : answer_held()) {
            --left;
        } else if (!read_more()) {
            return;
        }
    }
}

bool Connection::next_message() {
    const MutableBytes out = MutableBytes(shared_.frame_room).subspan(kLengthBytes);
    const std::size_t bytes = source_->next(out);
    if (bytes == 0) {
        source_.reset();
    } else {
        queue(bytes);
    }
    return true;
}

/// False: it has not come yet.
bool Connection::take_late() {
    if (!late_->message_) return false;
    const std::vector<std::byte> message = std::move(*late_->message_);
    late_.reset();
    std::ranges::copy(message, shared_.frame_room.begin() + kLengthBytes);
    if (message.empty()) {
        closing_ = true;
    } else {
        queue(message.size());
    }
    return true;
}

/// False: no whole query is there.
bool Connection::answer_held() {
    if (!whole_query()) return false;
    const Bytes query = held().subspan(kLengthBytes, length_at(held()));
    used_ += kLengthBytes + query.size();
    query_since_ = kNever;
    if (query.size() < kHeaderBytes) {
        ++shared_.counters.malformed;
        closing_ = true;
        return true;
    }
    ++shared_.counters.queries;
    const MutableBytes out = MutableBytes(shared_.frame_room).subspan(kLengthBytes);
    Reply reply = shared_.handler.answer(query, peer_, out);
    if (reply.bytes > 0) queue(reply.bytes);
    source_ = std::move(reply.more);
    late_ = std::move(reply.late);
    if (late_) late_->wake_ = net::call<&Connection::run>(this);
    closing_ = reply.bytes == 0 && !owes_more();
    return true;
}

/// False: nothing more is there now.
bool Connection::read_more() {
    if (input_ended_ || !edges_.readable) return false;
    const net::IoResult result = stream_->read(MutableBytes(shared_.read_room));
    switch (result.status) {
    case net::IoResult::Status::ok:
        break;
    case net::IoResult::Status::again:
        edges_.readable = false;
        return false;
    case net::IoResult::Status::eof:
        input_ended_ = true;
        return false;
    case net::IoResult::Status::error:
        closing_ = true;
        unread_.clear();
        return false;
    }
    by_idle.unlink();
    of_source.unlink();
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    const auto end = shared_.read_room.begin() + static_cast<std::ptrdiff_t>(result.bytes);
    input_.insert(input_.end(), shared_.read_room.begin(), end);
    return true;
}

/// Takes the message that lies behind the room for its length.
void Connection::queue(std::size_t message_bytes) {
    HOMEPORT_ASSERT(message_bytes <= kMaxMessageBytes);
    auto& frame = shared_.frame_room;
    frame[0] = static_cast<std::byte>(message_bytes >> 8);
    frame[1] = static_cast<std::byte>(message_bytes);
    if (unread_.empty()) progress_ = true;
    unread_.append_copy(shared_.pool, Bytes(frame).first(kLengthBytes + message_bytes));
    ++shared_.counters.messages;
}

/// What the connection waits for now.
void Connection::conclude() {
    if (over()) return shared_.remove(*this);
    if (!give_back_input()) return cut();
    if (may_produce()) again_.post(shared_.loop);
    if (progress_) progress_at_ = shared_.loop.now();
    arm_timer();
    const bool idle = input_.empty() && unread_.empty() && !owes_more() && !again_.pending();
    if (idle) shared_.note_idle(*this);
    if (unread_.empty()) {
        by_waiting.unlink();
    } else {
        shared_.note_waiting(*this, progress_);
    }
}

/// False: there is no memory for what the client sends.
bool Connection::give_back_input() {
    if (used_ == input_.size()) {
        used_ = 0;
        input_.clear();
        if (input_.capacity() > kTcpKeptBytes) input_ = {};
    }
    shared_.held_bytes += input_.capacity() - counted_bytes_;
    counted_bytes_ = input_.capacity();
    const bool full = shared_.held_bytes > shared_.limits.held_total_bytes;
    return !full || counted_bytes_ <= kTcpReadBytes;
}

void Connection::arm_timer() {
    const TimePoint now = shared_.loop.now();
    // While answers hold the reading up, the rest of a query cannot come.
    const bool reading = !closing_ && !input_ended_ && !owes_more() && has_room();
    const bool partial = reading && !input_.empty() && !whole_query();
    if (!partial) {
        query_since_ = kNever;
    } else if (query_since_ == kNever) {
        query_since_ = now;
    }
    TimePoint deadline = kNever;
    if (!unread_.empty()) deadline = progress_at_ + kTcpStallTime;
    if (partial) deadline = std::min(deadline, query_since_ + kTcpQueryTime);
    if (deadline == kNever) {
        timer_.cancel();
    } else {
        timer_.arm(deadline);
    }
}

void Connection::cut() {
    ++shared_.counters.cut;
    reset();
    shared_.remove(*this);
}

void LateReply::complete(std::vector<std::byte> message) {
    HOMEPORT_ASSERT(!message_ && message.size() <= kMaxMessageBytes);
    message_ = std::move(message);
    if (wake_) (*wake_)();
}

struct TcpServer::Impl final : Shared {
    using IdleList = IntrusiveList<Connection, &Connection::by_idle>;
    using WaitingList = IntrusiveList<Connection, &Connection::by_waiting>;
    struct Source {
        std::size_t connections = 0;
        IntrusiveList<Connection, &Connection::of_source> idle;
    };

    Impl(net::Loop& on, net::Network& from, MessageHandler& by, const TcpLimits& bounds)
        : Shared(on, by, bounds),
          network(from),
          idle_timer(on.timers(), net::call<&Impl::on_idle>(this)) {}

    void serve(std::unique_ptr<net::Stream> stream);
    bool make_place(const IpAddress& key);
    bool replace_first(auto& idle_ones);
    void remove(Connection& connection) override;
    void note_idle(Connection& connection) override;
    void note_waiting(Connection& connection, bool progress) override;
    void on_idle();
    void arm_idle();
    Duration idle_time() const {
        const bool crowded = connections.size() > limits.connections / 2;
        return crowded ? kTcpCrowdedIdleTime : kTcpIdleTime;
    }
    std::size_t unread_bytes() const { return pool.in_use() * kChunkBytes; }

    net::Network& network;
    IdleList idle;
    WaitingList waiting;
    std::unordered_map<IpAddress, Source> sources;
    std::vector<std::unique_ptr<Connection>> connections;
    net::Timer idle_timer;
    std::vector<std::unique_ptr<net::Listener>> listeners;
};

void TcpServer::Impl::serve(std::unique_ptr<net::Stream> stream) {
    const IpAddress key = source_key(stream->peer().address);
    if (!make_place(key)) {
        ++counters.refused;
        stream->reset();
        return;
    }
    ++counters.accepted;
    auto made = std::make_unique<Connection>(*this, std::move(stream));
    Connection& connection = *made;
    connection.index = connections.size();
    connections.push_back(std::move(made));
    ++sources[key].connections;
    arm_idle();  // more may be a crowd, with less time for the idle
    connection.run();
}

bool TcpServer::Impl::replace_first(auto& idle_ones) {
    if (idle_ones.empty()) return false;
    ++counters.made_room;
    remove(idle_ones.front());
    return true;
}

/// False: no connection can make room for one of this source.
bool TcpServer::Impl::make_place(const IpAddress& key) {
    const auto source = sources.find(key);
    if (source != sources.end() && source->second.connections >= limits.connections_per_source) {
        return replace_first(source->second.idle);
    }
    if (connections.size() < limits.connections) return true;
    return replace_first(idle);
}

void TcpServer::Impl::remove(Connection& connection) {
    const auto source = sources.find(source_key(connection.peer().address));
    const std::size_t index = connection.index;
    std::swap(connections[index], connections.back());
    connections[index]->index = index;
    connections.pop_back();
    if (--source->second.connections == 0) sources.erase(source);
}

void TcpServer::Impl::note_idle(Connection& connection) {
    if (connection.by_idle.linked()) return;
    connection.idle_since = loop.now();
    idle.push_back(connection);
    sources.find(source_key(connection.peer().address))->second.idle.push_back(connection);
    arm_idle();
}

/// The caller may be removed.
void TcpServer::Impl::note_waiting(Connection& connection, bool progress) {
    if (progress) connection.by_waiting.unlink();
    waiting.push_back(connection);
    while (unread_bytes() > limits.unread_total_bytes && !waiting.empty()) waiting.front().cut();
}

void TcpServer::Impl::on_idle() {
    while (!idle.empty() && idle.front().idle_since + idle_time() <= loop.now()) {
        ++counters.idle;
        remove(idle.front());
    }
    arm_idle();
}

/// Deadlines of the idle only move away, but for a crowd: a timer that comes too early costs less
/// than one moved by every query.
void TcpServer::Impl::arm_idle() {
    if (idle.empty()) return;
    const TimePoint deadline = idle.front().idle_since + idle_time();
    if (deadline < idle_timer.deadline()) idle_timer.arm(deadline);
}

TcpServer::TcpServer(net::Loop& loop, net::Network& network, MessageHandler& handler,
                     const TcpLimits& limits)
    : impl_(std::make_unique<Impl>(loop, network, handler, limits)) {}

TcpServer::~TcpServer() = default;

Result<> TcpServer::start(const std::vector<Endpoint>& listen) {
    std::vector<std::unique_ptr<net::Listener>> listeners;
    for (const Endpoint& at : listen) {
        auto opened = impl_->network.listen(
            at, {}, [impl = impl_.get()](std::unique_ptr<net::Stream> stream) {
                impl->serve(std::move(stream));
            });
        if (!opened) return std::unexpected(opened.error());
        listeners.push_back(std::move(*opened));
    }
    std::ranges::move(listeners, std::back_inserter(impl_->listeners));
    return {};
}

std::vector<Endpoint> TcpServer::local() const {
    std::vector<Endpoint> all;
    for (const auto& listener : impl_->listeners) all.push_back(listener->local());
    return all;
}

void TcpServer::serve(std::unique_ptr<net::Stream> stream) {
    impl_->serve(std::move(stream));
}

std::size_t TcpServer::connections() const {
    return impl_->connections.size();
}

std::size_t TcpServer::unread_bytes() const {
    return impl_->unread_bytes();
}

std::size_t TcpServer::held_bytes() const {
    return impl_->held_bytes;
}

const TcpCounters& TcpServer::counters() const {
    return impl_->counters;
}

}  // namespace homeport::dns
