#include "front/hall.hpp"

#include <utility>

namespace homeport::front {

void VisitorList::enter(std::unique_ptr<VisitorBase> visitor) {
    VisitorBase& entered = *visitor;
    entered.index_ = visitors_.size();
    visitors_.push_back(std::move(visitor));
    entered.begin();
}

void VisitorList::remove(VisitorBase& visitor) {
    const std::size_t index = visitor.index_;
    const std::unique_ptr<VisitorBase> gone = std::move(visitors_[index]);
    if (index + 1 != visitors_.size()) {
        visitors_[index] = std::move(visitors_.back());
        visitors_[index]->index_ = index;
    }
    visitors_.pop_back();
}

template <class Predicate>
void VisitorList::remove_if(Predicate predicate) {
    for (std::size_t index = visitors_.size(); index-- > 0;) {
        if (predicate(*visitors_[index])) remove(*visitors_[index]);
    }
}

void VisitorList::leave(const ServiceEntry& entry) {
    remove_if([&](VisitorBase& visitor) { return visitor.leave(entry); });
}

void VisitorList::drain() {
    remove_if([](VisitorBase& visitor) { return visitor.idle_at_drain(); });
}

std::string Hall::take_head() {
    if (spare_heads.empty()) return {};
    std::string head = std::move(spare_heads.back());
    spare_heads.pop_back();
    head.clear();
    return head;
}

void Hall::give_head(std::string& head) {
    if (head.capacity() > http::kMaxHeadBytes || spare_heads.size() >= kSpareHeads) {
        std::string().swap(head);
        return;
    }
    if (head.capacity() > sizeof(std::string)) spare_heads.push_back(std::move(head));
    head = std::string();
}

}  // namespace homeport::front
