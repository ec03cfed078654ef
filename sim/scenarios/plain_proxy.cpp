#include "sim/scenarios/plain_proxy.hpp"

#include "sim/world/byte_buffer.hpp"

#include <array>
#include <utility>
#include <vector>

namespace homeport::sim {

namespace {

constexpr std::size_t kCopyBytes = 16 * 1024;

class Proxy {
public:
    Proxy(net::Loop& loop, net::Network& network, Cast& cast)
        : loop_(loop), network_(network), cast_(cast) {
        auto listener = network.listen(cast.published, {}, [this](auto stream) {
            pairs_.push_back(std::make_unique<Pair>(*this, std::move(stream)));
        });
        if (listener) {
            listener_ = std::move(*listener);
        } else {
            cast.judge.violation("proxy: " + listener.error().what);
        }
    }

    std::size_t open() const { return pairs_.size(); }

private:
    class Pair final : private net::StreamHandler {
    public:
        Pair(Proxy& proxy, std::unique_ptr<net::Stream> visitor)
            : proxy_(proxy), visitor_(std::move(visitor)) {
            pending_ = proxy_.network_.resolve(kHomeName, [this](auto addresses) {
                if (!addresses) return give_up();
                dial({addresses->front(), proxy_.cast_.target_address.port});
            });
        }

    private:
        struct Direction {
            ByteBuffer held;
            bool ended = false;
            bool done = false;
        };

        void dial(const Endpoint& to) {
            // The lookup is on the stack; its handle goes after it.
            auto lookup = std::exchange(pending_, proxy_.network_.dial(to, {}, [this](auto stream) {
                if (!stream) return give_up();
                home_ = std::move(*stream);
                home_->set_handler(this);
                visitor_->set_handler(this);
                pump();
            }));
            proxy_.loop_.post([lookup = std::move(lookup)] {});
        }

        void on_readable() override { pump(); }
        void on_writable() override { pump(); }

        void give_up() {
            visitor_->reset();
            if (home_) home_->reset();
            proxy_.remove(*this);
        }

        void pump() {
            bool moved = true;
            while (moved) {
                moved = false;
                if (!copy(*visitor_, *home_, up_, moved)) return give_up();
                if (!copy(*home_, *visitor_, down_, moved)) return give_up();
            }
            if (up_.done && down_.done) proxy_.remove(*this);
        }

        /// False: one of the two failed.
        static bool copy(net::Stream& from, net::Stream& to, Direction& direction, bool& moved) {
            if (direction.done) return true;
            if (direction.held.empty() && !direction.ended) {
                std::array<std::byte, kCopyBytes> buffer;
                const auto result = from.read(MutableBytes(buffer));
                if (result.status == net::IoResult::Status::error) return false;
                if (result.status == net::IoResult::Status::again) return true;
                direction.ended = result.status == net::IoResult::Status::eof;
                direction.held.append(Bytes(buffer).first(result.bytes));
                moved = true;
            }
            if (direction.held.empty()) {
                to.shutdown_write();
                direction.done = true;
                return true;
            }
            const auto result = to.write(direction.held.view());
            if (result.status == net::IoResult::Status::error) return false;
            direction.held.consume(result.bytes);
            moved = moved || result.bytes > 0;
            return true;
        }

        Proxy& proxy_;
        std::unique_ptr<net::Stream> visitor_;
        std::unique_ptr<net::Stream> home_;
        std::unique_ptr<net::Handle> pending_;
        Direction up_;
        Direction down_;
    };

    /// From the loop, because the pair is on the stack.
    void remove(const Pair& pair) {
        for (auto& owned : pairs_) {
            if (owned.get() != &pair) continue;
            loop_.post([gone = std::move(owned)] {});
        }
        std::erase(pairs_, nullptr);
    }

    net::Loop& loop_;
    net::Network& network_;
    Cast& cast_;
    std::vector<std::unique_ptr<Pair>> pairs_;
    std::unique_ptr<net::Listener> listener_;
};

class ProxyMiddle final : public Middle {
public:
    explicit ProxyMiddle(Cast& cast) : cast_(cast) {}

    void start() override {
        cast_.relay.set_program([this] {
            return std::make_shared<Proxy>(cast_.relay.loop(), cast_.relay.network(), cast_);
        });
        cast_.relay.start();
    }
    bool ready() const override { return cast_.relay.running(); }

private:
    Cast& cast_;
};

}  // namespace

MiddleKind plain_proxy() {
    return {.promises = {}, .make = [](Cast& cast) { return std::make_unique<ProxyMiddle>(cast); }};
}

}  // namespace homeport::sim
