#include "reach/service/knock_stream.hpp"

#include "net/prefixed_stream.hpp"
#include "net/timer.hpp"
#include "reach/service/limits.hpp"
#include "reach/wire/knock.hpp"

#include <array>
#include <list>
#include <span>
#include <string>
#include <utility>

namespace homeport::reach {

class Knockers::Impl {
public:
    Impl(net::Loop& loop, const ProbeToken& token) : loop_(loop), token_(token) {}

    void look(std::unique_ptr<net::Stream> stream, std::uint16_t port, Duration patience,
              Visitor pass_on);
    std::size_t answered() const { return answered_; }

private:
    class Knocker;
    void remove(const Knocker& knocker) {
        knockers_.remove_if([&](const auto& one) { return one.get() == &knocker; });
    }

    net::Loop& loop_;
    ProbeToken token_;
    std::list<std::unique_ptr<Knocker>> knockers_;  ///< oldest first
    std::size_t answered_ = 0;
};

/// One connection until it is known what it is. Removing it, or handing it on, is the last thing
/// that a method does.
class Knockers::Impl::Knocker final : net::StreamHandler {
public:
    Knocker(Impl& owner, std::unique_ptr<net::Stream> stream, std::uint16_t port, Visitor pass_on)
        : owner_(owner),
          stream_(std::move(stream)),
          port_(port),
          pass_on_(std::move(pass_on)),
          timer_(owner.loop_.timers(), net::call<&Knocker::end>(this)) {
        stream_->set_handler(this);
    }

    void start(Duration patience) {
        timer_.arm(owner_.loop_.now() + patience);
        read_first();
    }

    /// Somebody else needs the place, or it took too long.
    void end() { state_ == State::looking ? hand_on() : owner_.remove(*this); }

private:
    enum class State : std::uint8_t { looking, answering, leaving };

    void on_readable() override { run(); }
    void on_writable() override { run(); }

    void run() {
        switch (state_) {
        case State::looking:
            return read_first();
        case State::answering:
            return write_proof();
        case State::leaving:
            return read_away();
        }
    }

    /// Never reads more than a knock, so that the bytes of others stay where they are.
    void read_first() {
        while (filled_ < first_.size()) {
            const net::IoResult result = stream_->read(MutableBytes(first_).subspan(filled_));
            if (result.status == net::IoResult::Status::again) return;
            if (result.status == net::IoResult::Status::error) return owner_.remove(*this);
            if (result.status == net::IoResult::Status::eof) return hand_on();
            filled_ += result.bytes;
            const KnockMatch match = match_knock(Bytes(first_).first(filled_));
            if (match == KnockMatch::yes) return answer();
            if (match == KnockMatch::no) return hand_on();
        }
        hand_on();
    }

    void hand_on() {
        stream_->set_handler(nullptr);
        const Visitor pass_on = std::move(pass_on_);
        std::unique_ptr<net::Stream> stream = std::move(stream_);
        if (filled_ > 0) {
            stream = std::make_unique<net::PrefixedStream>(
                owner_.loop_, std::move(stream),
                std::vector<std::byte>(first_.begin(), first_.begin() + filled_));
        }
        owner_.remove(*this);
        if (pass_on) pass_on(std::move(stream));
    }

    void answer() {
        proof_ = proof_text(owner_.token_, first_, false, port_);
        state_ = State::answering;
        timer_.arm(owner_.loop_.now() + kKnockFarewell);
        write_proof();
    }

    void write_proof() {
        while (!proof_.empty()) {
            const net::IoResult result = stream_->write(as_bytes(proof_));
            if (result.status == net::IoResult::Status::again) return;
            if (result.status != net::IoResult::Status::ok) return owner_.remove(*this);
            proof_.erase(0, result.bytes);
        }
        ++owner_.answered_;
        stream_->shutdown_write();
        state_ = State::leaving;
        read_away();
    }

    /// Closing with unread input would reset the connection, which can overtake the proof.
    void read_away() {
        std::array<std::byte, 256> unused;
        while (farewell_bytes_ < kMaxKnockFarewellBytes) {
            const net::IoResult result = stream_->read(MutableBytes(unused));
            if (result.status == net::IoResult::Status::again) return;
            if (result.status != net::IoResult::Status::ok) break;
            farewell_bytes_ += result.bytes;
        }
        owner_.remove(*this);
    }

    Impl& owner_;
    std::unique_ptr<net::Stream> stream_;
    std::uint16_t port_;
    Visitor pass_on_;
    net::Timer timer_;
    State state_ = State::looking;
    std::array<std::byte, kKnockBytes> first_{};
    std::size_t filled_ = 0;
    std::string proof_;  ///< what is left to be written
    std::size_t farewell_bytes_ = 0;
};

void Knockers::Impl::look(std::unique_ptr<net::Stream> stream, std::uint16_t port,
                          Duration patience, Visitor pass_on) {
    // Whoever is silent shall not keep the relay's knock from being heard.
    if (knockers_.size() >= kMaxKnockers) knockers_.front()->end();
    knockers_.push_back(
        std::make_unique<Knocker>(*this, std::move(stream), port, std::move(pass_on)));
    knockers_.back()->start(patience);
}

Knockers::Knockers(net::Loop& loop, const ProbeToken& token)
    : impl_(std::make_unique<Impl>(loop, token)) {}

Knockers::~Knockers() = default;

void Knockers::look(std::unique_ptr<net::Stream> stream, std::uint16_t port, Duration patience,
                    Visitor pass_on) {
    impl_->look(std::move(stream), port, patience, std::move(pass_on));
}

std::size_t Knockers::answered() const {
    return impl_->answered();
}

}  // namespace homeport::reach
