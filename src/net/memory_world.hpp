#pragma once
/// For unit tests: a loop whose time is moved by hand, and pairs of streams in memory that keep the
/// edge contract to the letter. Whole scenarios belong to the simulator.

#include "net/loop.hpp"
#include "net/stream.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace homeport::net::memory {

class ManualLoop final : public Loop {
public:
    TimePoint now() const override { return now_; }
    UnixSeconds wall() const override { return 1'700'000'000; }
    void post(Task task) override { posted_.push_back(std::move(task)); }

    /// Runs posted tasks and due timers until nothing is left to do now; false after `max_rounds`.
    bool settle(int max_rounds = 100'000) {
        for (int round = 0; round < max_rounds; ++round) {
            const std::size_t ran = timers().run_due(now_);
            if (posted_.empty() && ran == 0) return true;
            std::vector<Task> tasks = std::exchange(posted_, {});
            for (Task& task : tasks) task();
        }
        return false;
    }
    void advance(Duration by) {
        now_ += by;
        settle();
    }

private:
    TimePoint now_ = TimePoint(1h);
    std::vector<Task> posted_;
};

/// One direction: bytes on their way, at most `capacity`.
struct Pipe {
    std::string bytes;
    std::size_t capacity;
    bool ended = false;
    bool cut = false;
};

/// One end of a pair. The edges come from the loop.
class MemoryStream final : public Stream {
public:
    MemoryStream(Loop& loop, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
        : loop_(loop), in_(std::move(in)), out_(std::move(out)) {}
    ~MemoryStream() override {
        *alive_ = false;
        out_->ended = true;
        if (other_ == nullptr) return;
        other_->tell(true, true);
        other_->other_ = nullptr;
    }

    using Stream::read;
    using Stream::write;
    IoResult read(std::span<const MutableBytes> into) override {
        if (in_->cut) return IoResult::error();
        std::size_t moved = 0;
        for (const MutableBytes view : into) {
            const std::size_t count = std::min(view.size(), in_->bytes.size() - moved);
            if (count > 0) std::memcpy(view.data(), in_->bytes.data() + moved, count);
            moved += count;
        }
        in_->bytes.erase(0, moved);
        if (moved > 0) {
            if (other_ != nullptr) other_->tell(false, true);
            return IoResult::moved(moved);
        }
        if (in_->ended) return IoResult::eof();
        wants_read_ = true;
        return IoResult::again();
    }
    IoResult write(std::span<const Bytes> from) override {
        if (out_->cut || out_->ended || other_ == nullptr) return IoResult::error();
        std::size_t moved = 0;
        for (const Bytes view : from) {
            const std::size_t count = std::min(view.size(), out_->capacity - out_->bytes.size());
            out_->bytes.append(as_text(view.first(count)));
            moved += count;
        }
        if (moved == 0) {
            wants_write_ = true;
            return IoResult::again();
        }
        other_->tell(true, false);
        return IoResult::moved(moved);
    }
    void shutdown_write() override {
        out_->ended = true;
        if (other_ != nullptr) other_->tell(true, false);
    }
    void reset() override {
        in_->cut = out_->cut = true;
        if (other_ != nullptr) other_->tell(true, true);
    }
    void set_handler(StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return {}; }
    Endpoint local() const override { return {}; }

private:
    friend std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> make_pair(
        Loop&, std::size_t);
    void tell(bool readable, bool writable) {
        loop_.post([this, alive = alive_, readable, writable] {
            if (*alive && readable && std::exchange(wants_read_, false) && handler_ != nullptr) {
                handler_->on_readable();
            }
            if (*alive && writable && std::exchange(wants_write_, false) && handler_ != nullptr) {
                handler_->on_writable();
            }
        });
    }

    Loop& loop_;
    std::shared_ptr<Pipe> in_;
    std::shared_ptr<Pipe> out_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    MemoryStream* other_ = nullptr;
    StreamHandler* handler_ = nullptr;
    bool wants_read_ = false;
    bool wants_write_ = false;
};

inline std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> make_pair(
    Loop& loop, std::size_t capacity = 64 * 1024) {
    const auto there = std::make_shared<Pipe>(Pipe{{}, capacity});
    const auto back = std::make_shared<Pipe>(Pipe{{}, capacity});
    auto left = std::make_unique<MemoryStream>(loop, back, there);
    auto right = std::make_unique<MemoryStream>(loop, there, back);
    left->other_ = right.get();
    right->other_ = left.get();
    return {std::move(left), std::move(right)};
}

}  // namespace homeport::net::memory
