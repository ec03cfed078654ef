#include "reach/service/outgoing_look.hpp"

#include "reach/service/limits.hpp"

#include <utility>
#include <vector>

namespace homeport::reach {

OutgoingLook::OutgoingLook(net::Network& network, std::string host, std::function<void()> on_over)
    : network_(network), on_over_(std::move(on_over)) {
    resolving_ =
        network_.resolve(std::move(host), [this](const Result<std::vector<IpAddress>>& addresses) {
            for (const IpAddress& one : addresses.value_or(std::vector<IpAddress>())) {
                if (one.is_v4()) return dial(one);
            }
            left_ = 0;
            on_over_();
        });
}

void OutgoingLook::dial(const IpAddress& host) {
    const std::array ports{kMailPort, kIndifferentPort};
    for (std::size_t which = 0; which < ports.size(); ++which) {
        dialling_.at(which) =
            network_.dial(Endpoint{host, ports.at(which)}, {.timeout = kOutgoingTime},
                          [this, which](Result<std::unique_ptr<net::Stream>> stream) {
                              Result<> outcome;
                              if (!stream) outcome = std::unexpected(stream.error());
                              end(which, answered(outcome));
                          });
    }
}

void OutgoingLook::end(std::size_t which, std::optional<bool> answer) {
    answers_.at(which) = answer;
    if (--left_ == 0) on_over_();
}

}  // namespace homeport::reach
