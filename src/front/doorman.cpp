#include "front/doorman.hpp"

#include "core/source_key.hpp"

namespace homeport::front {

Admission::~Admission() {
    if (doorman_ == nullptr) return;
    --doorman_->inside_;
    if (key_) doorman_->sources_.remove(*key_);
}

bool Admission::belongs_to(const IpAddress& source) {
    const IpAddress key = source_key(source);
    if (!doorman_->has_room_for(key)) return false;
    if (key_) doorman_->sources_.remove(*key_);
    key_ = key;
    doorman_->sources_.add(key);
    return true;
}

bool Doorman::has_room_for(const IpAddress& key) const {
    return sources_.of(key) < max_per_source_ || inside_ < max_total_ / 4 * 3;
}

std::optional<Admission> Doorman::admit(const std::optional<IpAddress>& source) {
    if (inside_ >= max_total_) return std::nullopt;
    std::optional<IpAddress> key;
    if (source) {
        key = source_key(*source);
        if (!has_room_for(*key)) return std::nullopt;
        sources_.add(*key);
    }
    ++inside_;
    return Admission(this, key);
}

}  // namespace homeport::front
