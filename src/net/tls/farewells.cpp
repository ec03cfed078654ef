#include "net/tls/farewells.hpp"

#include "net/tls/limits.hpp"

#include <array>

namespace homeport::net {

IoResult::Status send_queue(Stream& stream, SliceQueue& queue) {
    while (!queue.empty()) {
        std::array<Bytes, kBacklogCutBytes / kChunkBytes> views;
        const std::size_t count = queue.peek(0, views);
        const IoResult result = stream.write(std::span<const Bytes>(views).first(count));
        if (result.status != IoResult::Status::ok) return result.status;
        queue.consume(result.bytes);
    }
    return IoResult::Status::ok;
}

class Farewells::Farewell final : public StreamHandler {
public:
    Farewell(Farewells& owner, std::unique_ptr<Stream> stream, SliceQueue bytes, std::size_t index)
        : owner_(owner),
          stream_(std::move(stream)),
          bytes_(std::move(bytes)),
          index_(index),
          timer_(owner.loop_.timers(), call<&Farewell::cut>(this)) {
        stream_->set_handler(this);
        timer_.arm(owner_.loop_.now() + kFarewellTime);
    }
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;

    void set_index(std::size_t index) { index_ = index; }
    void on_readable() override {}
    void on_writable() override {
        if (send_queue(*stream_, bytes_) != IoResult::Status::again) owner_.drop(index_);
    }

private:
    void cut() {
        stream_->reset();
        owner_.drop(index_);
    }

    Farewells& owner_;
    std::unique_ptr<Stream> stream_;
    SliceQueue bytes_;
    std::size_t index_;
    Timer timer_;
};

Farewells::Farewells(Loop& loop) : loop_(loop) {}
Farewells::~Farewells() = default;

void Farewells::take(std::unique_ptr<Stream> stream, SliceQueue bytes) {
    if (pending_.size() >= kMaxFarewells) {
        stream->reset();
        return;
    }
    pending_.push_back(
        std::make_unique<Farewell>(*this, std::move(stream), std::move(bytes), pending_.size()));
}

void Farewells::drop(std::size_t index) {
    const std::unique_ptr<Farewell> dying = std::move(pending_[index]);
    if (index + 1 < pending_.size()) {
        pending_[index] = std::move(pending_.back());
        pending_[index]->set_index(index);
    }
    pending_.pop_back();
}

}  // namespace homeport::net
