#pragma once
/// The notices that the owner of this home wants to be shown, or no longer, and that the relay has
/// not heard of for want of a link. It remembers what it was told, so nothing is told twice:
/// meanwhile another machine that may has perhaps told it something else.

#include "tunnel/link.hpp"
#include "tunnel/protocol/question.hpp"

#include <map>
#include <string>

namespace homeport::tunnel {

class Wishes {
public:
    /// To be told over the next link. One for all services (no name) replaces those for single
    /// ones.
    void add(const ParkQuestion& wish);
    /// The relay is told by other means: what was said before of the same service does not count.
    void supersede(const ParkQuestion& wish);
    void on_link(Link& link);
    /// The relay has heard one of those that on_link() told.
    void on_heard(const Link& link);

private:
    std::map<std::string, ParkQuestion> wishes_;  ///< by service; the one for all comes first
    LinkId told_on_{};
    std::size_t open_ = 0;  ///< told there and not heard of yet
};

}  // namespace homeport::tunnel
