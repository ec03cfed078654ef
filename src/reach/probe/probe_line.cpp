#include "reach/probe/probe_line.hpp"

#include "reach/probe/limits.hpp"

#include <array>
#include <utility>

namespace homeport::reach {

ProbeLine::ProbeLine(net::Loop& loop, net::Network& network, User& user)
    : loop_(loop),
      network_(network),
      user_(user),
      edges_(net::call<&ProbeLine::run>(this)),
      again_(loop.timers(), net::call<&ProbeLine::dial_again>(this)) {}

ProbeLine::~ProbeLine() {
    if (stream_) stream_->set_handler(nullptr);
}

void ProbeLine::dial(const Endpoint& to) {
    to_ = to;
    give_up_ = loop_.now() + kProbeDialTime;
    dial_again();
}

void ProbeLine::dial_again() {
    const std::size_t attempt = dialling_.size();
    dialling_.push_back(network_.dial(to_, {.timeout = give_up_ - loop_.now()},
                                      [this, attempt](Result<std::unique_ptr<net::Stream>> stream) {
                                          on_dialled(attempt, std::move(stream));
                                      }));
    if (dialling_.size() < kProbeDials) again_.arm(loop_.now() + kProbeDialPause);
}

/// A refusal is an answer; silence is one only when nobody is left to break it.
void ProbeLine::on_dialled(std::size_t attempt, Result<std::unique_ptr<net::Stream>> stream) {
    if (stopped_ || stream_) return;
    if (!stream) {
        const bool silent = stream.error().code == Errc::timed_out;
        if (++failed_ < dialling_.size() && silent) return;
        again_.cancel();
        return user_.on_failed(*this, stream.error());
    }
    again_.cancel();
    stream_ = std::move(*stream);
    for (std::size_t i = 0; i < dialling_.size(); ++i) {
        if (i != attempt) dialling_[i].reset();
    }
    stream_->set_handler(&edges_);
    user_.on_up(*this);
    run();
}

void ProbeLine::send(std::string_view text) {
    unsent_ += text;
    write();
}

void ProbeLine::stop() {
    stopped_ = true;
    again_.cancel();
}

void ProbeLine::run() {
    write();
    while (read()) {
    }
}

void ProbeLine::write() {
    while (stream_ && !unsent_.empty() && edges_.writable) {
        const net::IoResult result = stream_->write(as_bytes(unsent_));
        if (result.status == net::IoResult::Status::ok) {
            unsent_.erase(0, result.bytes);
        } else if (result.status == net::IoResult::Status::again) {
            edges_.writable = false;
        } else {
            // It may have said something before it closed; reading tells.
            unsent_.clear();
        }
    }
}

/// False: nothing more can be read now, or ever.
bool ProbeLine::read() {
    if (stopped_ || !edges_.readable) return false;
    std::array<std::byte, kProbeReadBytes> room;
    const net::IoResult result = stream_->read(MutableBytes(room));
    switch (result.status) {
    case net::IoResult::Status::ok:
        user_.on_bytes(*this, Bytes(room).first(result.bytes));
        return true;
    case net::IoResult::Status::again:
        edges_.readable = false;
        return false;
    case net::IoResult::Status::eof:
    case net::IoResult::Status::error:
        break;
    }
    stopped_ = true;
    user_.on_end(*this, result.status == net::IoResult::Status::error);
    return false;
}

}  // namespace homeport::reach
