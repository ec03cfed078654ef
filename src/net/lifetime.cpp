#include "net/lifetime.hpp"

#include <utility>

namespace homeport::net {

Lifetime::Watch::Watch(Lifetime& lifetime)
    : lifetime_(lifetime), outer_(std::exchange(lifetime.innermost_, this)) {}

Lifetime::Watch::~Watch() {
    if (!over_) {
        lifetime_.innermost_ = outer_;
    } else if (outer_ != nullptr) {
        outer_->over_ = true;
    }
}

}  // namespace homeport::net
