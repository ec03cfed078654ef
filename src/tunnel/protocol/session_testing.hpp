#pragma once
/// For tests: two sessions, a relay's and an agent's, joined by links in memory that can be slow,
/// cut in the middle of a record, replaced while they still deliver, and noticed as lost late.
/// Every conversation has a known content, so that each byte read is checked against its offset.
/// Sessions are driven by their own signals only (on_output, news, deadlines): one that forgets to
/// signal stalls.

#include "tunnel/protocol/session.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::tunnel::testing {

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough to drive tests.
class Random {
public:
    /// Neighbouring seeds give sequences that have nothing in common.
    explicit Random(std::uint64_t seed) : state_(seed) { state_ = next() ^ seed << 32; }
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    /// 0 to below - 1.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }

private:
    std::uint64_t state_;
};

/// A rule of the tunnel was broken; the text says which.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void must(bool holds, std::string_view rule) {
    if (!holds) throw Broken(std::string(rule));
}

/// The byte that conversation `talk` carries at `offset`, from the relay's side (`side` 0) or the
/// agent's (1).
inline std::byte content(std::uint32_t talk, int side, std::uint64_t offset) {
    const std::uint64_t mixed =
        (offset + 1) * 0x9e3779b97f4a7c15ULL + talk * 7919U + side * 104729U;
    return static_cast<std::byte>(mixed >> 56);
}

class End;

/// One side of one conversation; reads and writes by the edge rules.
class Talker final : public StreamUser {
public:
    Talker(Session& session, SessionStream& stream, std::uint32_t talk, int side,
           std::uint64_t total)
        : talk_(talk), side_(side), total_(total), session_(&session), stream_(&stream) {
        session.set_user(stream, this);
    }
    ~Talker() {
        if (stream_ != nullptr) session_->release(*stream_);
    }

    /// Both directions are over, cleanly or not.
    bool resolved() const { return failed() || (finished_ && saw_end_); }
    bool failed() const { return failed_ || cut_; }
    bool told_of_failure() const { return failed_; }
    bool clean() const { return finished_ && saw_end_ && !failed(); }
    std::uint64_t written() const { return written_; }
    std::uint64_t read_bytes() const { return read_; }
    bool finished() const { return finished_; }
    bool saw_end() const { return saw_end_; }
    bool released() const { return stream_ == nullptr; }
    SessionStream* stream() { return stream_; }

    void establish() {
        if (stream_ == nullptr || failed() || stream_->established()) return;
        session_->establish(*stream_);
        can_write_ = true;
    }
    /// Returns false when nothing could be done now.
    bool write(std::uint64_t at_most) {
        if (stream_ == nullptr || failed() || finished_ || !can_write_) return false;
        if (written_ == total_) {
            session_->finish(*stream_);
            finished_ = true;
            return true;
        }
        const std::size_t room = session_->room(*stream_);
        if (room == 0) return can_write_ = false;
        const std::uint64_t count = std::min({at_most, total_ - written_, std::uint64_t{room}});
        std::vector<std::byte> bytes(count);
        for (std::uint64_t i = 0; i < count; ++i) bytes[i] = content(talk_, side_, written_ + i);
        session_->append(*stream_, bytes);
        written_ += count;
        return true;
    }
    bool read(std::uint64_t at_most, TimePoint now) {
        if (stream_ == nullptr || failed() || saw_end_ || !can_read_) return false;
        std::vector<std::byte> bytes(
            std::min<std::uint64_t>(at_most, stream_->received().buffer().size()));
        const std::size_t count = stream_->received().buffer().copy_out(0, bytes);
        for (std::size_t i = 0; i < count; ++i) {
            must(bytes[i] == content(talk_, 1 - side_, read_ + i),
                 "a byte read is not the byte written");
        }
        read_ += count;
        if (count > 0) {
            session_->consume(*stream_, count, now);
            return true;
        }
        if (!stream_->received().at_end()) return can_read_ = false;
        return saw_end_ = true;
    }
    void cut() {
        if (stream_ == nullptr || failed()) return;
        session_->reset(*stream_, Errc::reset);
        cut_ = true;
    }
    void release() {
        if (stream_ == nullptr) return;
        if (!resolved()) cut_ = true;
        session_->release(*stream_);
        stream_ = nullptr;
    }
    /// The process is gone, and the session with it.
    void lose() {
        stream_ = nullptr;
        cut_ = true;
    }

private:
    void on_news(News news) override {
        must(stream_ != nullptr, "news for a released stream");
        can_read_ = can_read_ || news.readable;
        can_write_ = can_write_ || news.writable || news.established;
        failed_ = failed_ || (news.failed && !cut_);
        if (news.failed) must(stream_->failed(), "failure told but not there");
    }

    std::uint32_t talk_;
    int side_;
    std::uint64_t total_;
    Session* session_;
    SessionStream* stream_;
    std::uint64_t written_ = 0;
    std::uint64_t read_ = 0;
    bool can_read_ = true;
    bool can_write_ = true;
    bool finished_ = false;
    bool saw_end_ = false;
    bool failed_ = false;  ///< by the session
    bool cut_ = false;     ///< by ourselves
};

struct Talk {
    std::array<std::unique_ptr<Talker>, 2> sides;
    std::uint64_t agent_total = 0;
    bool may_fail = false;
};

/// One process: a session and its ends of the links.
class Process final : public SessionObserver {
public:
    struct LinkEnd {
        std::vector<std::byte> incoming;  ///< on its way to us
        std::vector<std::byte> partial;   ///< arrived, not a whole frame yet
        bool open = false;                ///< as we see it
        bool broken = false;              ///< nothing more will come; we have not noticed yet
        bool flush = true;
    };

    Process(Session::Role role, std::uint64_t number, std::uint64_t session_bytes)
        : session(options(role, number), pool, *this, session_bytes, nullptr), role_(role) {}

    std::function<void(SessionStream&)> open_stream;
    std::map<std::uint64_t, LinkEnd> links;
    ChunkPool pool;
    Session session;
    bool dispatch_due = false;
    std::uint64_t attached_count = 0;
    bool last_resumed = false;

    /// The relay's door, which Home keeps: late greetings of older links are refused.
    bool admits(const HelloFrame& hello) {
        if (hello.epoch <= epoch_) return false;
        epoch_ = hello.epoch;
        return true;
    }
    bool relay() const { return role_ == Session::Role::relay; }
    void drop(std::uint64_t link) {
        links[link] = {};
        session.remove_link(LinkId{link});
    }
    void drop_all() {
        for (auto& [id, end] : links) {
            if (end.open) drop(id);
        }
    }

private:
    static Session::Options options(Session::Role role, std::uint64_t number) {
        Session::Options options{
            .role = role, .stream_bytes = 4 << 20, .window = 120s, .name = "r"};
        for (std::size_t i = 0; i < 8; ++i) {
            options.instance.bytes[7 + i] = static_cast<std::byte>(number >> (8 * i));
        }
        options.instance.bytes[15] = static_cast<std::byte>(role == Session::Role::relay ? 1 : 2);
        return options;
    }
    void on_open(SessionStream& stream) override { open_stream(stream); }
    void on_output() override {
        dispatch_due = true;
        for (auto& [id, end] : links) end.flush = true;
    }
    void on_link_obsolete(LinkId link) override { links[link.value] = {}; }
    void on_attached(LinkId, bool resumed) override {
        ++attached_count;
        last_resumed = resumed;
    }

    Session::Role role_;
    std::uint64_t epoch_ = 0;
};

/// The two processes and the lines between them.
class World {
public:
    explicit World(std::uint64_t seed, std::uint64_t session_bytes = 64 << 20)
        : random(seed), session_bytes_(session_bytes) {
        restart(0);
        restart(1);
    }
    ~World() { talks.clear(); }

    Random random;
    TimePoint now{1h};
    std::array<std::unique_ptr<Process>, 2> process;  ///< relay, agent
    std::map<std::uint32_t, Talk> talks;

    Process& relay() { return *process[0]; }
    Process& agent() { return *process[1]; }

    Talk* open(std::uint64_t relay_total, std::uint64_t agent_total) {
        SessionStream* stream = relay().session.open({.service = next_talk_, .port = 7});
        if (stream == nullptr) return nullptr;
        Talk& talk = talks[next_talk_];
        talk.may_fail = estranged_ && agent().attached_count == estranged_at_;
        talk.agent_total = agent_total;
        talk.sides[0] =
            std::make_unique<Talker>(relay().session, *stream, next_talk_, 0, relay_total);
        ++next_talk_;
        return &talk;
    }

    std::uint64_t attach() {
        const std::uint64_t link = next_link_++;
        relay().links[link].open = true;
        agent().links[link].open = true;
        agent().session.start_attach(LinkId{link}, link);
        return link;
    }
    /// The line breaks: of what is on its way a part still arrives; each side notices later.
    void cut(std::uint64_t link) {
        for (const auto& side : process) {
            Process::LinkEnd& end = side->links[link];
            if (!end.open) continue;
            end.broken = true;
            end.incoming.resize(random.below(end.incoming.size() + 1));
        }
    }
    /// Asks one end for records while its peer's queue has room.
    bool flush(int side, std::uint64_t link, std::size_t capacity = 100'000) {
        Process& from = *process[side];
        if (std::exchange(from.dispatch_due, false)) from.session.dispatch();
        Process::LinkEnd& here = from.links[link];
        if (!here.open || !(here.flush || now >= from.session.next_deadline())) return false;
        Process::LinkEnd& there = process[1 - side]->links[link];
        if (there.open && there.incoming.size() > capacity) return false;
        Record record(from.pool);
        from.session.next_record(LinkId{link}, record, now);
        if (record.empty()) here.flush = false;
        for (const Bytes view : record.views()) {
            if (!there.open || there.broken) break;
            there.incoming.insert(there.incoming.end(), view.begin(), view.end());
        }
        return !record.empty();
    }
    /// Hands up to `at_most` bytes over; notices the end of a broken line when `notice`.
    bool deliver(int side, std::uint64_t link, std::size_t at_most, bool notice) {
        Process& to = *process[side];
        Process::LinkEnd& end = to.links[link];
        if (!end.open) return false;
        const std::size_t count = std::min(at_most, end.incoming.size());
        end.partial.insert(end.partial.end(), end.incoming.begin(), end.incoming.begin() + count);
        end.incoming.erase(end.incoming.begin(), end.incoming.begin() + count);
        std::vector<std::byte> arrived;
        arrived.swap(end.partial);
        const std::size_t parsed = parse(to, link, arrived);
        if (end.open) end.partial.assign(arrived.begin() + parsed, arrived.end());
        if (end.open && end.broken && end.incoming.empty() && notice) to.drop(link);
        to.session.dispatch();
        return count > 0;
    }
    /// Everything is flushed and delivered until nothing moves, without the passing of time.
    void settle() {
        for (bool moved = true; moved;) {
            moved = false;
            for (int side = 0; side < 2; ++side) {
                for (std::uint64_t link = 1; link < next_link_; ++link) {
                    moved = flush(side, link) || moved;
                    moved = deliver(side, link, 1 << 20, true) || moved;
                }
            }
        }
    }
    void advance(Duration time) { now += time; }

    /// The process dies with all it knows; another takes its place.
    void restart(int side) {
        for (auto& [id, talk] : talks) {
            if (talk.sides[side]) talk.sides[side]->lose();
            talk.may_fail = true;
        }
        std::map<std::uint64_t, Process::LinkEnd> dead;
        if (process[side]) dead.swap(process[side]->links);
        for (const auto& [link, end] : dead) {
            if (process[1 - side] && end.open) process[1 - side]->links[link].broken = true;
        }
        const auto role = side == 0 ? Session::Role::relay : Session::Role::agent;
        process[side] = std::make_unique<Process>(role, ++instances_, session_bytes_);
        process[side]->open_stream = [this](SessionStream& stream) { accept(stream); };
        if (process[1 - side]) estrange();
    }
    /// The resume window of one side is over.
    void abandon(int side) {
        for (auto& [id, talk] : talks) talk.may_fail = true;
        process[side]->drop_all();
        process[side]->session.abandon();
        process[side]->session.dispatch();
        estrange();
    }
    std::uint64_t last_link() const { return next_link_ - 1; }

private:
    /// Until the next attach one side may not know yet that the other is not what it was.
    void estrange() {
        estranged_ = true;
        estranged_at_ = agent().attached_count;
    }
    void accept(SessionStream& stream) {
        const std::uint32_t number = stream.info().service;
        const auto talk = talks.find(number);
        must(talk != talks.end() && stream.info().port == 7, "a stream was invented");
        must(talk->second.sides[1] == nullptr, "a stream was opened twice");
        talk->second.sides[1] =
            std::make_unique<Talker>(agent().session, stream, number, 1, talk->second.agent_total);
    }

    std::size_t parse(Process& to, std::uint64_t link, Bytes arrived) {
        std::size_t parsed = 0;
        while (to.links[link].open) {
            const Bytes rest = arrived.subspan(parsed);
            const auto next = parse_frame(rest, kMaxFrameBytes);
            must(next.has_value(), "a frame does not parse");
            if (!*next) break;
            const std::size_t size = (*next)->bytes;
            parsed += size;
            // Large frames lie in blocks as they do in a real link, or on their own.
            if (size < 2000 || size > kChunkBytes || random.one_in(8)) {
                take(to, link, (*next)->frame, ChunkRef());
                continue;
            }
            ChunkRef chunk = to.pool.take();
            const std::size_t place = random.below(kChunkBytes - size + 1);
            std::copy_n(rest.begin(), size, chunk.data() + place);
            const auto moved = parse_frame({chunk.data() + place, size}, kMaxFrameBytes);
            take(to, link, (*moved)->frame, chunk);
        }
        return parsed;
    }
    void take(Process& to, std::uint64_t link, const Frame& frame, const ChunkRef& chunk) {
        const auto* const hello = std::get_if<HelloFrame>(&frame);
        if (hello != nullptr && !to.admits(*hello)) {
            to.links[link] = {};
            return;
        }
        const Result<> result = hello != nullptr
                                    ? to.session.on_hello(LinkId{link}, *hello)
                                    : to.session.on_frame(LinkId{link}, frame, chunk, now);
        if (!result) throw Broken("protocol error: " + result.error().what);
    }

    std::uint64_t session_bytes_;
    std::uint32_t next_talk_ = 1;
    std::uint64_t next_link_ = 1;
    std::uint64_t instances_ = 0;
    bool estranged_ = false;
    std::uint64_t estranged_at_ = 0;
};

}  // namespace homeport::tunnel::testing
