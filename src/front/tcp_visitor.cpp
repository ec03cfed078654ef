#include "front/tcp_visitor.hpp"

#include <utility>

namespace homeport::front {

TcpVisitor::TcpVisitor(Hall& hall, Arrival arrival, ServiceEntry& entry, std::uint16_t port,
                       SliceQueue first)
    : VisitorBase(std::move(arrival.admission)),
      hall_(hall),
      entry_(entry),
      stream_(std::move(arrival.stream)),
      visitor_(arrival.visitor),
      port_(port),
      first_(std::move(first)),
      home_edges_(net::call<&TcpVisitor::on_home_edge>(this)),
      timer_(hall.world.loop.timers(), net::call<&TcpVisitor::on_timeout>(this)),
      wait_(hall) {
    stream_->set_handler(nullptr);
}

TcpVisitor::~TcpVisitor() {
    if (counted_) --entry_.streams;
}

void TcpVisitor::refuse() {
    ++entry_.refused_total;
    stream_->reset();
    hall_.visitors.remove(*this);
}

void TcpVisitor::begin() {
    if (!entry_.allows(visitor_.source.address) || entry_.parked_by_owner) return refuse();
    if (!wait_.begin(entry_, visitor_.source.address)) return refuse();
    ++entry_.visitors_total;
    home_ = hall_.world.homes.open(entry_.service.agent, entry_.service.id, port_, visitor_);
    timer_.arm(wait_.next());
    if (!wait_.parked()) return start_pump();
    home_->set_handler(&home_edges_);
    on_home_edge();
}

void TcpVisitor::on_home_edge() {
    // A stream that failed while parked answers nothing else than error, so a read tells.
    std::byte unused[1];
    if (wait_.check(*home_) == HomeWait::Verdict::established) return start_pump();
    if (home_edges_.readable && !home_->established() && home_->readable() == 0) {
        const auto status = home_->read(MutableBytes(unused)).status;
        if (status == net::IoResult::Status::error) give_up();
    }
}

void TcpVisitor::on_timeout() {
    const net::BufferedStream& home = pump_ ? pump_->inner() : *home_;
    switch (wait_.check(home)) {
    case HomeWait::Verdict::waiting:
        timer_.arm(wait_.next());
        return;
    case HomeWait::Verdict::established:
        if (!pump_) start_pump();
        return;
    case HomeWait::Verdict::away:
    case HomeWait::Verdict::slow:
        return give_up();
    }
}

void TcpVisitor::start_pump() {
    ++entry_.streams;
    counted_ = true;
    home_->set_handler(nullptr);
    pump_ = std::make_unique<net::Pump>(hall_.world.loop, std::move(stream_), std::move(home_),
                                        net::call<&TcpVisitor::on_pump_done>(this));
    pump_->count_into({&entry_.bytes_in, &entry_.bytes_out});
    pump_->lead_in(std::move(first_));
    pump_->start();
}

void TcpVisitor::on_pump_done() {
    hall_.visitors.remove(*this);
}

void TcpVisitor::give_up() {
    (pump_ ? pump_->outer() : *stream_).reset();
    if (pump_) pump_->inner().reset();
    if (home_) home_->reset();
    hall_.visitors.remove(*this);
}

bool TcpVisitor::leave(const ServiceEntry& entry) {
    if (&entry != &entry_) return false;
    (pump_ ? pump_->outer() : *stream_).reset();
    (pump_ ? static_cast<net::Stream&>(pump_->inner()) : *home_).reset();
    return true;
}

}  // namespace homeport::front
