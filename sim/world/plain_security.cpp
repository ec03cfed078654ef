#include "sim/world/plain_security.hpp"

#include "sim/world/byte_buffer.hpp"
#include "sim/world/sim_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace homeport::sim {

namespace {

using net::IoResult;

constexpr std::string_view kMagic = "HPPLAIN1";
constexpr std::size_t kHelloBytes = kMagic.size() + sizeof(PublicKey::bytes);

class PlainStream final : public net::SecureStream, private net::StreamHandler {
public:
    PlainStream(net::Loop& loop, std::unique_ptr<net::Stream> stream, const PublicKey& own_key,
                std::optional<PublicKey> expected)
        : stream_(std::move(stream)),
          expected_(expected),
          start_(loop.timers(), net::call<&PlainStream::on_start>(this)) {
        out_.append(as_bytes(kMagic));
        out_.append(own_key.bytes);
        stream_->set_handler(this);
        // Nothing is reported from inside connect() or accept().
        start_.arm(loop.now());
    }

    ~PlainStream() override {
        if (destroyed_ != nullptr) *destroyed_ = true;
        auto* kernel = dynamic_cast<SimStream*>(stream_.get());
        if (kernel != nullptr && failure_.empty() && !out_.empty()) kernel->take_over(out_.view());
    }

    using net::Stream::read;
    using net::Stream::write;

    IoResult read(std::span<const MutableBytes> into) override {
        if (!failure_.empty()) return IoResult::error();
        if (!established_) return wait_readable();
        const IoResult result = stream_->read(into);
        if (result.status == IoResult::Status::again) return wait_readable();
        if (result.status == IoResult::Status::error) failure_ = "connection cut";
        return result;
    }

    IoResult write(std::span<const Bytes> from) override {
        if (!failure_.empty() || shut_) return IoResult::error();
        if (!ready_to_write()) return IoResult::again();
        std::size_t moved = 0;
        for (const Bytes view : from) {
            out_.append(view);
            moved += view.size();
        }
        flush();
        return failure_.empty() ? IoResult::moved(moved) : IoResult::error();
    }

    bool ready_to_write() override {
        if (!failure_.empty() || shut_) return true;  // write() tells
        const bool ready = established_ && out_.empty();
        write_waits_ = write_waits_ || !ready;
        return ready;
    }

    void shutdown_write() override {
        shut_ = true;
        if (failure_.empty()) flush();
    }

    void reset() override {
        if (failure_.empty()) failure_ = "cut by this side";
        stream_->reset();
    }

    void set_handler(net::StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return stream_->peer(); }
    Endpoint local() const override { return stream_->local(); }
    bool established() const override { return established_; }
    PublicKey peer_key() const override { return peer_key_; }
    std::string_view protocol() const override {
        return established_ ? net::kLinkProtocol : std::string_view{};
    }
    std::string_view failure() const override { return failure_; }
    std::size_t backlog() const override { return established_ ? out_.size() : 0; }
    std::unique_ptr<net::Stream> release() override {
        if (!established_ || !failure_.empty() || shut_ || !out_.empty()) return nullptr;
        failure_ = "given up for the stream below";
        stream_->set_handler(nullptr);
        return std::move(stream_);
    }

private:
    IoResult wait_readable() {
        read_waits_ = true;
        return IoResult::again();
    }

    void on_start() {
        flush();
        shake_hands();
    }

    void on_readable() override {
        if (!established_) return shake_hands();
        report(read_waits_, false);
    }

    void on_writable() override {
        flush();
        if (!failure_.empty()) return report(true, true);
        if (established_) report(false, write_waits_ && out_.empty());
    }

    /// Calls what is wanted; the handler may destroy this stream in the first call.
    void report(bool readable, bool writable) {
        bool destroyed = false;
        destroyed_ = &destroyed;
        if (readable && handler_ != nullptr) {
            read_waits_ = false;
            handler_->on_readable();
            if (destroyed) return;
        }
        if (writable && handler_ != nullptr) {
            write_waits_ = false;
            handler_->on_writable();
            if (destroyed) return;
        }
        destroyed_ = nullptr;
    }

    void flush() {
        while (failure_.empty() && !out_.empty()) {
            const IoResult result = stream_->write(out_.view());
            if (result.status == IoResult::Status::again) return;
            if (result.status != IoResult::Status::ok) {
                failure_ = "connection cut";
                return;
            }
            out_.consume(result.bytes);
        }
        if (shut_ && failure_.empty()) stream_->shutdown_write();
    }

    void shake_hands() {
        while (failure_.empty() && !established_) {
            std::array<std::byte, kHelloBytes> hello;
            const IoResult result =
                stream_->read(MutableBytes(hello).first(kHelloBytes - hello_.size()));
            if (result.status == IoResult::Status::again) return;
            if (result.status == IoResult::Status::ok) {
                hello_.append(Bytes(hello).first(result.bytes));
                check_hello();
            } else {
                failure_ = "connection ended in the handshake";
            }
        }
        report(read_waits_ || !failure_.empty(), true);
    }

    void check_hello() {
        const Bytes seen = hello_.view();
        const std::size_t magic = std::min(seen.size(), kMagic.size());
        if (as_text(seen.first(magic)) != kMagic.substr(0, magic)) {
            failure_ = "the peer does not speak this protocol";
        } else if (seen.size() == kHelloBytes) {
            std::ranges::copy(seen.subspan(kMagic.size()), peer_key_.bytes.begin());
            established_ = !expected_ || *expected_ == peer_key_;
            if (!established_) failure_ = "the peer has another key than expected";
        }
        if (!failure_.empty()) stream_->reset();
    }

    std::unique_ptr<net::Stream> stream_;
    std::optional<PublicKey> expected_;
    net::Timer start_;
    net::StreamHandler* handler_ = nullptr;
    ByteBuffer hello_;
    ByteBuffer out_;
    bool established_ = false;
    bool shut_ = false;
    bool read_waits_ = false;
    bool write_waits_ = false;
    bool* destroyed_ = nullptr;
    std::string failure_;
    PublicKey peer_key_{};
};

}  // namespace

std::unique_ptr<net::SecureStream> PlainSecurity::connect(std::unique_ptr<net::Stream> stream,
                                                          const PublicKey& expected_peer) {
    return std::make_unique<PlainStream>(loop_, std::move(stream), own_key_, expected_peer);
}

std::unique_ptr<net::SecureStream> PlainSecurity::accept(std::unique_ptr<net::Stream> stream) {
    return std::make_unique<PlainStream>(loop_, std::move(stream), own_key_, std::nullopt);
}

}  // namespace homeport::sim
