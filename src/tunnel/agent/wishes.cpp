#include "tunnel/agent/wishes.hpp"

namespace homeport::tunnel {

void Wishes::add(const ParkQuestion& wish) {
    supersede(wish);
    wishes_[wish.service] = wish;
    open_ = 0;  // what is heard now was told without it
}

void Wishes::supersede(const ParkQuestion& wish) {
    if (wish.service.empty()) wishes_.clear();
    wishes_.erase(wish.service);
}

void Wishes::on_link(Link& link) {
    for (const auto& [service, wish] : wishes_) link.send(frame_of(wish, 0));
    told_on_ = link.id();
    open_ = wishes_.size();
}

void Wishes::on_heard(const Link& link) {
    if (link.id() != told_on_ || open_ == 0) return;
    if (--open_ == 0) wishes_.clear();
}

}  // namespace homeport::tunnel
