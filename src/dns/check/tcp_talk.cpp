#include "dns/check/tcp_talk.hpp"

#include "dns/wire/octets.hpp"

#include <array>

namespace homeport::dns::check {
namespace {

constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kReadBytes = 4096;

}  // namespace

TcpTalk::TcpTalk(std::unique_ptr<net::Stream> stream, Bytes question, net::Callback on_news)
    : stream_(std::move(stream)), on_news_(on_news), unsent_(kLengthBytes) {
    store_u16(reinterpret_cast<Octet*>(unsent_.data()),
              static_cast<std::uint16_t>(question.size()));
    unsent_.insert(unsent_.end(), question.begin(), question.end());
    stream_->set_handler(this);
}

TcpTalk::~TcpTalk() {
    stream_->set_handler(nullptr);
}

void TcpTalk::start() {
    write();
    read();
}

void TcpTalk::on_readable() {
    read();
    on_news_();
}

void TcpTalk::on_writable() {
    write();
    on_news_();
}

void TcpTalk::write() {
    while (!unsent_.empty() && state_ == State::busy) {
        const net::IoResult result = stream_->write(Bytes(unsent_));
        if (result.status == net::IoResult::Status::again) return;
        if (result.status != net::IoResult::Status::ok) state_ = State::failed;
        const auto sent = static_cast<std::ptrdiff_t>(result.bytes);
        unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
    }
}

void TcpTalk::read() {
    std::array<std::byte, kReadBytes> room;
    while (state_ == State::busy) {
        const net::IoResult result = stream_->read(MutableBytes(room));
        if (result.status == net::IoResult::Status::again) return;
        if (result.status != net::IoResult::Status::ok) {
            state_ = State::failed;
            return;
        }
        const Bytes more = Bytes(room).first(result.bytes);
        received_.insert(received_.end(), more.begin(), more.end());
        judge();
    }
}

void TcpTalk::judge() {
    if (received_.size() < kLengthBytes) return;
    const std::size_t end = kLengthBytes + load_u16(octets(received_));
    if (received_.size() < end) return;
    received_.resize(end);
    state_ = State::replied;
}

}  // namespace homeport::dns::check
