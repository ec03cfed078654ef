#pragma once
/// For unit tests: a loop moved by hand and two kinds of streams whose far end the test holds. They
/// keep the edge contract strictly: an edge comes only after `again`, once, and only from the loop.

#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/stream.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::net::testing {

class FakeLoop final : public Loop {
public:
    TimePoint now() const override { return now_; }
    UnixSeconds wall() const override { return 1'700'000'000; }
    void post(Task task) override { tasks_.push_back(std::move(task)); }

    /// Until nothing is due. False: it never came to rest.
    bool run(int max_rounds = 200'000) {
        for (int round = 0; round < max_rounds; ++round) {
            const std::size_t ran = timers().run_due(now_);
            if (tasks_.empty() && ran == 0) return true;
            for (Task& task : std::exchange(tasks_, {})) task();
        }
        return false;
    }
    /// One round of the tasks posted so far.
    void run_once() {
        for (Task& task : std::exchange(tasks_, {})) task();
    }
    /// In steps of at most a second, so that what comes in between is seen.
    void advance(Duration by) {
        while (by > Duration{0}) {
            const Duration step = std::min<Duration>(by, 1s);
            now_ += step;
            by -= step;
            run();
        }
    }

private:
    TimePoint now_ = TimePoint(1h);
    std::vector<Task> tasks_;
};

/// Nobody listens, nothing connects: a base for those who need a part.
class NoNetwork : public Network {
public:
    Result<std::unique_ptr<Listener>> listen(const SocketAddress&, const ListenOptions&,
                                             AcceptHandler) override {
        return fail(Errc::denied, "nobody listens here");
    }
    std::unique_ptr<Handle> dial(const SocketAddress&, const DialOptions&, DialHandler) override {
        return nullptr;
    }
    std::unique_ptr<Handle> resolve(std::string, ResolveHandler) override { return nullptr; }
    std::unique_ptr<Handle> watch_changes(std::function<void()>) override { return nullptr; }
};

/// What the test and one stream share: the test's end of the connection.
class Line {
public:
    explicit Line(FakeLoop& loop) : loop_(loop) {}

    // The test speaks.
    void send(std::string_view text) {
        arrived_ += text;
        wake_reader();
    }
    void shut() {
        peer_shut_ = true;
        wake_reader();
    }
    void cut(Errc why = Errc::reset) {
        dead_ = true;
        failure_ = why;
        wake_reader();
        wake_writer();
    }
    void establish() {
        established_ = true;
        wants_write_ = true;
        wake_writer();
    }
    /// What was written so far, and makes room for more.
    std::string take() {
        std::string text = std::exchange(written_, {});
        wake_writer();
        return text;
    }
    const std::string& seen() const { return written_; }
    std::size_t unread() const { return arrived_.size(); }

    bool saw_end() const { return (shut_ || closed_) && !was_reset_; }
    bool saw_reset() const { return was_reset_; }
    bool closed() const { return closed_; }
    bool half_closed() const { return shut_; }

    std::size_t window = 64 * 1024;  ///< bytes that may lie unread by the test
    std::size_t piece = SIZE_MAX;    ///< most bytes one read or write moves
    std::size_t reads = 0;
    Endpoint peer{IpAddress::v4({198, 51, 100, 7}), 40000};
    Endpoint local{IpAddress::v4({192, 0, 2, 1}), 80};

    // The stream's side.
    IoResult read(std::span<const MutableBytes> into) {
        ++reads;
        if (dead_) return IoResult::error();
        if (arrived_.empty()) {
            if (peer_shut_) return IoResult::eof();
            wants_read_ = true;
            return IoResult::again();
        }
        std::size_t moved = 0;
        for (const MutableBytes& view : into) {
            const std::size_t count =
                std::min({view.size(), arrived_.size() - moved, piece - moved});
            std::memcpy(view.data(), arrived_.data() + moved, count);
            moved += count;
        }
        arrived_.erase(0, moved);
        return IoResult::moved(moved);
    }
    IoResult write(std::span<const Bytes> from) {
        if (dead_ || shut_) return IoResult::error();
        std::size_t moved = 0;
        for (const Bytes& view : from) {
            const std::size_t count = std::min({view.size(), room(), piece - moved});
            written_ += as_text(view.first(count));
            moved += count;
            if (count < view.size()) break;
        }
        if (moved > 0) return IoResult::moved(moved);
        wants_write_ = true;
        return IoResult::again();
    }
    /// Whatever the room.
    IoResult write_all(std::span<const Bytes> from) {
        if (dead_ || shut_) return IoResult::error();
        const std::size_t before = written_.size();
        for (const Bytes& view : from) written_ += as_text(view);
        return IoResult::moved(written_.size() - before);
    }
    std::size_t room() const { return window - std::min(window, written_.size()); }
    void want_write() { wants_write_ = true; }
    bool established() const { return established_; }
    Errc failure() const { return failure_; }
    void end() { shut_ = true; }
    void reset() {
        dead_ = true;
        was_reset_ = true;
    }
    void close() { closed_ = true; }
    void set_handler(StreamHandler* handler) { handler_ = handler; }
    void start_away() { established_ = false; }

private:
    void wake_reader() {
        if (!wants_read_) return;
        wants_read_ = false;
        post([](StreamHandler& handler) { handler.on_readable(); });
    }
    void wake_writer() {
        if (!wants_write_ || (room() == 0 && !dead_)) return;
        wants_write_ = false;
        post([](StreamHandler& handler) { handler.on_writable(); });
    }
    void post(void (*what)(StreamHandler&)) {
        loop_.post([this, what, weak = std::weak_ptr<char>(alive_)] {
            if (!weak.expired() && handler_ != nullptr && !closed_) what(*handler_);
        });
    }

    FakeLoop& loop_;
    std::shared_ptr<char> alive_ = std::make_shared<char>();
    StreamHandler* handler_ = nullptr;
    std::string arrived_;
    std::string written_;
    bool peer_shut_ = false;
    bool dead_ = false;
    bool was_reset_ = false;
    bool shut_ = false;
    bool closed_ = false;
    bool established_ = true;
    bool wants_read_ = false;
    bool wants_write_ = false;
    Errc failure_ = Errc::reset;
};

/// The stream half of a Line; `Base` is Stream or BufferedStream.
template <class Base>
class LineStream : public Base {
public:
    explicit LineStream(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    ~LineStream() override {
        line_->set_handler(nullptr);
        line_->close();
    }

    using Base::read;
    using Base::write;
    IoResult read(std::span<const MutableBytes> into) override { return line_->read(into); }
    IoResult write(std::span<const Bytes> from) override { return line_->write(from); }
    void shutdown_write() override { line_->end(); }
    void reset() override { line_->reset(); }
    void set_handler(StreamHandler* handler) override { line_->set_handler(handler); }
    Endpoint peer() const override { return line_->peer; }
    Endpoint local() const override { return line_->local; }

protected:
    std::shared_ptr<Line> line_;
};

using KernelStream = LineStream<Stream>;

class TunnelStream final : public LineStream<BufferedStream> {
public:
    using LineStream::LineStream;

    IoResult fill_from(Stream& source, std::size_t max_bytes) override {
        if (line_->room() == 0) {
            line_->want_write();
            return IoResult::again();
        }
        std::string text(std::min({max_bytes, line_->room(), std::size_t{1} << 16}), '\0');
        const IoResult result =
            source.read(MutableBytes(reinterpret_cast<std::byte*>(text.data()), text.size()));
        std::string_view rest = std::string_view(text).substr(0, result.bytes);
        while (!rest.empty()) {
            const IoResult moved = line_->write(std::span<const Bytes>(&as_view(rest), 1));
            if (moved.status != IoResult::Status::ok) return IoResult::error();
            rest.remove_prefix(moved.bytes);
        }
        return result;
    }
    IoResult drain_to(Stream& sink, std::size_t max_bytes, bool& sink_failed) override {
        if (held_.empty()) {
            held_.resize(std::min(max_bytes, std::size_t{1} << 16));
            const MutableBytes view(reinterpret_cast<std::byte*>(held_.data()), held_.size());
            const IoResult result = line_->read(std::span<const MutableBytes>(&view, 1));
            held_.resize(result.bytes);
            if (result.status != IoResult::Status::ok) return result;
        }
        const auto count = std::min(max_bytes, held_.size());
        const IoResult moved = sink.write(as_bytes(std::string_view(held_).substr(0, count)));
        sink_failed = moved.status == IoResult::Status::error;
        held_.erase(0, moved.bytes);
        return moved;
    }
    using LineStream::read;
    IoResult read(std::span<const MutableBytes> into) override {
        if (held_.empty()) return line_->read(into);
        const std::size_t count = std::min(into[0].size(), held_.size());
        std::memcpy(into[0].data(), held_.data(), count);
        held_.erase(0, count);
        return IoResult::moved(count);
    }
    std::size_t room() const override { return line_->room(); }
    std::size_t readable() const override { return held_.size() + line_->unread(); }
    bool established() const override { return line_->established(); }
    Errc failure() const override { return line_->failure(); }

private:
    const Bytes& as_view(std::string_view text) {
        view_ = as_bytes(text);
        return view_;
    }

    Bytes view_;
    std::string held_;
};

}  // namespace homeport::net::testing
