#pragma once
/// Dials the two ports of reach/truth/outgoing_mail.hpp at one host, each for kOutgoingTime at
/// most.

#include "net/network.hpp"
#include "reach/truth/outgoing_mail.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace homeport::reach {

class OutgoingLook {
public:
    /// `on_over` is called once, from the loop; it may not destroy the look. Errors of the name
    /// count as not tried.
    OutgoingLook(net::Network& network, std::string host, std::function<void()> on_over);

    bool over() const { return left_ == 0; }
    /// Once over.
    OutgoingMail verdict() const { return judge_mail(answers_[0], answers_[1]); }

private:
    void dial(const IpAddress& host);
    void end(std::size_t which, std::optional<bool> answer);

    net::Network& network_;
    std::function<void()> on_over_;
    std::unique_ptr<net::Handle> resolving_;
    std::array<std::unique_ptr<net::Handle>, 2> dialling_;
    std::array<std::optional<bool>, 2> answers_;  ///< of port 25, of the other
    std::size_t left_ = 2;
};

}  // namespace homeport::reach
