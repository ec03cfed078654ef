#include "sim/world/target.hpp"

#include "sim/world/byte_buffer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

namespace homeport::sim {

namespace {
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kEchoBytes = 64 * 1024;
}  // namespace

class Target::Connection final : private net::StreamHandler {
public:
    Connection(Target& target, std::unique_ptr<net::Stream> stream)
        : target_(target),
          stream_(std::move(stream)),
          reader_(target.loop_, target.pace_, net::call<&Connection::pump>(this)) {
        stream_->set_handler(this);
    }

    /// May destroy this connection.
    void pump() {
        if (!pump_once()) target_.remove(*this);
    }

private:
    enum class Step : std::uint8_t { blocked, moved, over };

    void on_readable() override { pump(); }
    void on_writable() override { pump(); }

    /// False: this connection is over.
    bool pump_once() {
        while (true) {
            const Step in = read_some();
            if (in == Step::over) return false;
            const Step out = order_ ? write_some() : Step::blocked;
            if (out == Step::over) return false;
            if (in == Step::blocked && out == Step::blocked) return true;
        }
    }

    Step read_some() {
        if (ended_ || reader_.pausing()) return Step::blocked;
        std::array<std::byte, kReadBytes> buffer;
        std::size_t most =
            order_ ? reader_.allowance(received_, kReadBytes) : Order::kBytes - head_.size();
        if (order_ && order_->mode == Order::Mode::echo) {
            most = std::min(most, kEchoBytes - std::min(kEchoBytes, echo_.size()));
        }
        if (most == 0) return Step::blocked;
        const auto result = stream_->read(MutableBytes(buffer).first(most));
        switch (result.status) {
        case net::IoResult::Status::again:
            return Step::blocked;
        case net::IoResult::Status::error:
            ++target_.counts_.cut;
            return Step::over;
        case net::IoResult::Status::eof:
            return take_end();
        case net::IoResult::Status::ok:
            break;
        }
        const Bytes bytes = Bytes(buffer).first(result.bytes);
        return order_ ? take_bytes(bytes) : take_head(bytes);
    }

    Step take_head(Bytes bytes) {
        head_.append(bytes);
        if (head_.size() < Order::kBytes) return Step::moved;
        order_ = Order::read(head_.view());
        if (order_) return Step::moved;
        target_.judge_.violation("target: the first bytes are not what the visitor sent");
        return Step::over;
    }

    Step take_bytes(Bytes bytes) {
        if (order_->mode == Order::Mode::serve || received_ + bytes.size() > order_->length) {
            target_.judge_.violation(fmt::format("target: more than {} bytes of stream {}",
                                                 order_->length, order_->seed));
            return Step::over;
        }
        if (const auto wrong = find_wrong_byte(order_->seed, received_, bytes)) {
            target_.judge_.violation(fmt::format("target: wrong byte {} of stream {}",
                                                 received_ + *wrong, order_->seed));
            return Step::over;
        }
        received_ += bytes.size();
        reader_.reached(received_);
        if (order_->mode == Order::Mode::echo) echo_.append(bytes);
        return received_ >= order_->abort_at ? abort() : Step::moved;
    }

    Step take_end() {
        ended_ = true;
        if (!order_) {
            if (head_.empty()) {
                ++target_.counts_.empty;
            } else {
                target_.judge_.clean_end_too_early("target: clean end within the order");
            }
            return Step::over;
        }
        if (order_->mode != Order::Mode::serve && received_ < order_->length) {
            target_.judge_.clean_end_too_early(
                fmt::format("target: clean end at byte {} of {} of upload {}", received_,
                            order_->length, order_->seed));
            stream_->reset();
            return Step::over;
        }
        return Step::moved;
    }

    Step abort() {
        stream_->reset();
        return Step::over;
    }

    Step write_some() {
        std::array<std::byte, kReadBytes> buffer;
        std::size_t count = 0;
        bool last = false;
        switch (order_->mode) {
        case Order::Mode::serve: {
            const std::uint64_t end = std::min(order_->length, order_->abort_at);
            count = static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, end - sent_));
            fill_pattern(order_->seed, sent_, MutableBytes(buffer).first(count));
            if (count == 0 && end < order_->length) return abort();
            last = count == 0;
            break;
        }
        case Order::Mode::echo:
            count = std::min(echo_.size(), kReadBytes);
            std::ranges::copy(echo_.view().first(count), buffer.begin());
            last = ended_ && count == 0;
            break;
        case Order::Mode::upload: {
            if (!ended_) return Step::blocked;
            Writer writer(buffer);
            write_receipt(writer, *order_);
            count = kReceiptBytes - static_cast<std::size_t>(sent_);
            std::ranges::copy(Bytes(buffer).subspan(static_cast<std::size_t>(sent_), count),
                              buffer.begin());
            last = count == 0;
            break;
        }
        }
        if (last) return finish();
        if (count == 0) return Step::blocked;
        return send(Bytes(buffer).first(count));
    }

    Step send(Bytes bytes) {
        const auto result = stream_->write(bytes);
        if (result.status == net::IoResult::Status::again) return Step::blocked;
        if (result.status == net::IoResult::Status::error) {
            ++target_.counts_.cut;
            return Step::over;
        }
        sent_ += result.bytes;
        if (order_->mode == Order::Mode::echo) echo_.consume(result.bytes);
        return Step::moved;
    }

    /// Like most servers: closes as soon as all is written; the kernel delivers the rest.
    Step finish() {
        ++target_.counts_.served;
        return Step::over;
    }

    Target& target_;
    std::unique_ptr<net::Stream> stream_;
    PacedReader reader_;
    ByteBuffer head_;
    std::optional<Order> order_;
    ByteBuffer echo_;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool ended_ = false;
};

Target::Target(Judge& judge, net::Loop& loop, net::Network& network,
               const net::SocketAddress& address, const Pace& pace)
    : judge_(judge), loop_(loop), pace_(pace) {
    auto listener = network.listen(address, {}, [this](auto stream) { accept(std::move(stream)); });
    if (!listener) throw std::runtime_error(listener.error().what);
    listener_ = std::move(*listener);
}

Target::~Target() = default;

void Target::accept(std::unique_ptr<net::Stream> stream) {
    ++counts_.accepted;
    connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
    connections_.back()->pump();
}

void Target::remove(const Connection& connection) {
    std::erase_if(connections_, [&](const auto& owned) { return owned.get() == &connection; });
}

}  // namespace homeport::sim
