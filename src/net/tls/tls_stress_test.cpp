#include "net/tls/tls_security.hpp"
#include "net/tls/tls_test_peers.hpp"

#include <gtest/gtest.h>

namespace homeport::net {
namespace {

using Status = IoResult::Status;

/// Sends pseudo-random bytes in random pieces while it reads the peer's in random pieces, with
/// rests.
class Mover final : StreamHandler {
public:
    Mover(Loop& loop, std::unique_ptr<SecureStream> stream, unsigned seed, std::size_t total)
        : loop_(loop),
          stream_(std::move(stream)),
          random_(seed),
          total_(total),
          rest_(loop.timers(), call<&Mover::move>(this)),
          pattern_(1 << 20, '\0') {
        for (char& c : pattern_) c = static_cast<char>(random_());
        stream_->set_handler(this);
    }
    std::size_t received = 0;
    std::size_t sent = 0;
    bool intact = true;
    std::optional<Status> ended;
    const std::string& pattern() const { return pattern_; }
    const std::string* expected = nullptr;

private:
    void on_readable() override { move(); }
    void on_writable() override { move(); }
    void move() {
        if (busy_) return;
        busy_ = true;
        while (send_some() | receive_some()) {
            if (random_() % 50 == 0) {
                rest_.arm(loop_.now() + 1ms);
                break;
            }
        }
        busy_ = false;
    }
    bool send_some() {
        if (sent == total_) return false;
        const std::size_t at = sent % pattern_.size();
        const std::size_t size =
            std::min({std::size_t{1} + random_() % 60'000, total_ - sent, pattern_.size() - at});
        const std::size_t cut = random_() % (size + 1);
        const Bytes all = as_bytes(std::string_view(pattern_).substr(at, size));
        const std::array<Bytes, 2> views{all.first(cut), all.subspan(cut)};
        const IoResult result = stream_->write(std::span<const Bytes>(views));
        sent += result.bytes;
        if (sent == total_) stream_->shutdown_write();
        return result.status == Status::ok;
    }
    bool receive_some() {
        if (ended) return false;
        std::array<std::byte, 70'000> room;
        const MutableBytes all = MutableBytes(room).first(1 + random_() % room.size());
        const std::array<MutableBytes, 2> views{all.first(all.size() / 3),
                                                all.subspan(all.size() / 3)};
        const IoResult result = stream_->read(std::span<const MutableBytes>(views));
        if (result.status == Status::ok) check(all.first(result.bytes));
        if (result.status == Status::eof || result.status == Status::error) ended = result.status;
        return result.status == Status::ok;
    }
    void check(Bytes bytes) {
        while (!bytes.empty()) {
            const std::size_t at = received % expected->size();
            const std::size_t count = std::min(bytes.size(), expected->size() - at);
            intact = intact &&
                     as_text(bytes.first(count)) == std::string_view(*expected).substr(at, count);
            received += count;
            bytes = bytes.subspan(count);
        }
    }

    Loop& loop_;
    std::unique_ptr<SecureStream> stream_;
    std::mt19937 random_;
    std::size_t total_;
    Timer rest_;
    std::string pattern_;
    bool busy_ = false;
};

// 100 MB both ways at once, pieces and rests of any size: every byte once, in order, then a clean
// end.
TEST(TlsStress, HundredMegabytesBothWays) {
    memory::ManualLoop loop;
    const Identity agent_id = make_identity();
    const Identity relay_id = make_identity();
    TlsSecurity agent_security{loop, agent_id};
    TlsSecurity relay_security{loop, relay_id};
    constexpr std::size_t kTotal = 100'000'000;
    auto [near, far] = memory::make_pair(loop, 50'000);
    Mover left(loop, agent_security.connect(std::move(near), relay_security.own_key()), 1, kTotal);
    Mover right(loop, relay_security.accept(std::move(far)), 2, kTotal);
    left.expected = &right.pattern();
    right.expected = &left.pattern();
    for (int turn = 0; turn < 1'000'000 && !(left.ended && right.ended); ++turn) loop.advance(1ms);
    EXPECT_TRUE(left.intact && right.intact);
    EXPECT_EQ(left.received, kTotal);
    EXPECT_EQ(right.received, kTotal);
    EXPECT_EQ(left.ended, Status::eof);
    EXPECT_EQ(right.ended, Status::eof);
}

}  // namespace
}  // namespace homeport::net
