#include "front/doorman.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace homeport::front {

Admission::~Admission() {
    if (doorman_ == nullptr) return;
    --doorman_->inside_;
    if (key_) doorman_->sources_.remove(*key_);
}

bool Admission::belongs_to(const IpAddress& source) {
    const IpAddress key = source_key(source);
    if (doorman_->sources_.of(key) >= doorman_->max_per_source_) return false;
    if (key_) doorman_->sources_.remove(*key_);
    key_ = key;
    doorman_->sources_.add(key);
    return true;
}

std::optional<Admission> Doorman::admit(const std::optional<IpAddress>& source) {
    if (inside_ >= max_total_) return std::nullopt;
    std::optional<IpAddress> key;
    if (source) {
        key = source_key(*source);
        if (sources_.of(*key) >= max_per_source_) return std::nullopt;
        sources_.add(*key);
    }
    ++inside_;
    return Admission(this, key);
}

std::size_t connections_by_file_limit() {
    constexpr std::size_t kAtLeast = 64;
    constexpr std::size_t kAtMost = 1'000'000;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kAtLeast;
    if (limit.rlim_cur == RLIM_INFINITY) return kAtMost;
    return std::clamp<std::size_t>(limit.rlim_cur / 10 * 8 / 2, kAtLeast, kAtMost);
}

}  // namespace homeport::front
