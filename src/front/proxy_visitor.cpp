#include "front/proxy_visitor.hpp"

#include "front/http_visitor.hpp"
#include "front/proxy_header.hpp"
#include "front/service_entry.hpp"
#include "front/tcp_visitor.hpp"
#include "front/tls_visitor.hpp"
#include "net/prefixed_stream.hpp"

#include <utility>

namespace homeport::front {

void receive(Hall& hall, const Door& door, Arrival arrival) {
    std::unique_ptr<VisitorBase> visitor;
    switch (door.kind) {
    case Door::Kind::http:
        visitor = std::make_unique<HttpVisitor>(hall, std::move(arrival));
        break;
    case Door::Kind::tls:
        visitor = std::make_unique<TlsVisitor>(hall, std::move(arrival));
        break;
    case Door::Kind::tcp:
        visitor = std::make_unique<TcpVisitor>(hall, std::move(arrival), *door.entry, door.port,
                                               SliceQueue());
        break;
    }
    hall.visitors.enter(std::move(visitor));
}

ProxyVisitor::ProxyVisitor(Hall& hall, const Door& door, Arrival arrival)
    : VisitorBase(std::move(arrival.admission)),
      hall_(hall),
      door_(door),
      stream_(std::move(arrival.stream)),
      visitor_(arrival.visitor),
      edges_(net::call<&ProxyVisitor::run>(this)),
      timer_(hall.world.loop.timers(), net::call<&ProxyVisitor::on_timeout>(this)) {
    stream_->set_handler(&edges_);
    timer_.arm(hall.now() + kProxyHeaderTime);
}

bool ProxyVisitor::leave(const ServiceEntry& entry) {
    if (door_.entry != &entry) return false;
    stream_->reset();
    return true;
}

void ProxyVisitor::on_timeout() {
    refuse();
}

void ProxyVisitor::refuse() {
    hall_.world.log.debug("front.proxy_header_refused",
                          {{"balancer", visitor_.source.to_string()}});
    stream_->reset();
    hall_.visitors.remove(*this);
}

void ProxyVisitor::run() {
    while (true) {
        const std::size_t had = input_.size();
        input_.resize(kMaxProxyBytes);
        const net::IoResult result = stream_->read(MutableBytes(input_).subspan(had));
        input_.resize(had + result.bytes);
        if (result.status == net::IoResult::Status::again) return;
        if (result.status != net::IoResult::Status::ok) return refuse();
        const ProxyResult parsed = parse_proxy_header(input_);
        if (parsed.status == ProxyResult::Status::malformed) return refuse();
        if (parsed.status == ProxyResult::Status::need_more) continue;
        Visitor visitor = visitor_;
        if (parsed.addresses) visitor = {parsed.addresses->source, parsed.addresses->destination};
        return hand_over(parsed.bytes, visitor);
    }
}

void ProxyVisitor::hand_over(std::size_t header_bytes, const Visitor& visitor) {
    Admission admission = take_admission();
    if (!admission.belongs_to(visitor.source.address)) {
        if (door_.entry != nullptr) ++door_.entry->refused_total;
        return refuse();
    }
    std::unique_ptr<net::Stream> stream = std::move(stream_);
    stream->set_handler(nullptr);
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(header_bytes));
    if (!input_.empty()) {
        stream = std::make_unique<net::PrefixedStream>(hall_.world.loop, std::move(stream),
                                                       std::move(input_));
    }
    Hall& hall = hall_;
    const Door door = door_;
    hall.visitors.remove(*this);
    receive(hall, door, {std::move(stream), visitor, std::move(admission)});
}

}  // namespace homeport::front
