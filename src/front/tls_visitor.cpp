#include "front/tls_visitor.hpp"

#include "front/client_hello.hpp"
#include "front/service_entry.hpp"
#include "front/tcp_visitor.hpp"
#include "net/prefixed_stream.hpp"
#include "net/secure.hpp"

#include <array>
#include <utility>

namespace homeport::front {
namespace {

using IoStatus = net::IoResult::Status;

/// RFC 8446 section 6: a record of type alert: fatal, unrecognized_name (112).
constexpr std::string_view kUnrecognizedName("\x15\x03\x03\x00\x02\x02\x70", 7);

}  // namespace

TlsVisitor::TlsVisitor(Hall& hall, Arrival arrival)
    : VisitorBase(std::move(arrival.admission)),
      hall_(hall),
      stream_(std::move(arrival.stream)),
      visitor_(arrival.visitor),
      edges_(net::call<&TlsVisitor::run>(this)),
      timer_(hall.world.loop.timers(), net::call<&TlsVisitor::on_timeout>(this)) {
    stream_->set_handler(&edges_);
    timer_.arm(hall.now() + kHelloTime);
}

void TlsVisitor::run() {
    if (state_ == State::hello) {
        read_hello();
    } else {
        linger();
    }
}

void TlsVisitor::on_timeout() {
    drop();
}

void TlsVisitor::drop() {
    hall_.visitors.remove(*this);
}

void TlsVisitor::read_hello() {
    while (true) {
        std::array<MutableBytes, 1> views;
        input_.reserve(hall_.world.pool, 1, views);
        const net::IoResult result = stream_->read(views[0]);
        input_.commit(result.bytes);
        if (result.status == IoStatus::again) return;
        if (result.status != IoStatus::ok) return drop();
        if (input_.size() < needed_) continue;
        std::array<Bytes, 1> hello;
        input_.peek(0, hello);
        const HelloResult parsed = parse_client_hello(hello[0], net::kLinkProtocol);
        switch (parsed.status) {
        case HelloResult::Status::need_more:
            needed_ = parsed.needed;
            continue;
        case HelloResult::Status::complete:
            break;
        default:
            stream_->reset();
            return drop();
        }
        if (parsed.wants_protocol && hall_.links) return hand_to_links();
        ServiceEntry* const entry = hall_.tls_hosts.find(parsed.server_name);
        return entry != nullptr ? hand_to_service(*entry) : refuse_name();
    }
}

void TlsVisitor::hand_to_links() {
    std::vector<std::byte> hello(input_.size());
    input_.copy_out(0, hello);
    stream_->set_handler(nullptr);
    auto link = std::make_unique<net::PrefixedStream>(hall_.world.loop, std::move(stream_),
                                                      std::move(hello));
    Hall& hall = hall_;
    hall.visitors.remove(*this);
    hall.links(std::move(link));
}

void TlsVisitor::hand_to_service(ServiceEntry& entry) {
    stream_->set_handler(nullptr);
    Hall& hall = hall_;
    auto next =
        std::make_unique<TcpVisitor>(hall, Arrival{std::move(stream_), visitor_, take_admission()},
                                     entry, std::uint16_t{0}, std::move(input_));
    hall.visitors.remove(*this);
    hall.visitors.enter(std::move(next));
}

void TlsVisitor::refuse_name() {
    input_.clear();
    // Seven bytes always fit a socket that has not been written to.
    stream_->write(as_bytes(kUnrecognizedName));
    stream_->shutdown_write();
    state_ = State::lingering;
    timer_.arm(hall_.now() + kLingerTime);
    linger();
}

void TlsVisitor::linger() {
    std::array<std::byte, 2048> unused;
    while (drained_ < kLingerBytes) {
        const net::IoResult result = stream_->read(MutableBytes(unused));
        if (result.status == IoStatus::again) return;
        if (result.status != IoStatus::ok) break;
        drained_ += result.bytes;
    }
    drop();
}

}  // namespace homeport::front
