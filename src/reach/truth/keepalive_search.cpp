#include "reach/truth/keepalive_search.hpp"

namespace homeport::reach {

std::optional<Duration> KeepaliveSearch::next() const {
    if (over_) return std::nullopt;
    return trying_;
}

void KeepaliveSearch::on_alive(Duration quiet) {
    if (over_ || quiet < trying_) return;
    dead_ = 0;
    if (++alive_ < kConfirmations) return;
    survived_ = trying_;
    choose();
}

void KeepaliveSearch::on_dead(Duration quiet) {
    if (survived_ > Duration{} && quiet <= survived_) {
        // What was believed is wrong, or the path is another one: begin below.
        died_ = quiet;
        survived_ = {};
        fallback_ = std::clamp(quiet / 2, kLeast, kStart);
        over_ = false;
        return choose();
    }
    if (over_ || quiet > trying_) return;
    alive_ = 0;
    fallback_ = kLeast;
    if (++dead_ < kConfirmations) return;
    died_ = trying_;
    choose();
}

void KeepaliveSearch::choose() {
    alive_ = dead_ = 0;
    const bool no_death_yet = died_ > kMost;
    if (survived_ == Duration{}) {
        over_ = died_ <= kLeast;
        trying_ = std::clamp(died_ / 2, kLeast, kStart);
    } else if (no_death_yet) {
        over_ = survived_ >= kMost;
        trying_ = std::min(2 * survived_, kMost);
    } else {
        over_ = died_ - survived_ <= finest();
        trying_ = survived_ + (died_ - survived_) / 2;
    }
}

Duration KeepaliveSearch::interval() const {
    if (survived_ == Duration{}) return fallback_;
    return std::max(kLeast, survived_ - survived_ / 8);
}

}  // namespace homeport::reach
