#pragma once
/// A Reach of its own with the loop it runs on: for commands that look at this machine's line.

#include "core/echo_question.hpp"
#include "core/ip.hpp"
#include "core/log.hpp"
#include "net/entropy.hpp"
#include "net/linux/network.hpp"
#include "net/linux/signal_watch.hpp"
#include "reach/service/reach.hpp"

#include <functional>
#include <vector>

namespace homeport::cli {

class LineLook {
public:
    struct Options {
        std::vector<HostPort> stun;
        std::vector<Cidr> public_networks;  ///< count as the Internet's besides
        std::vector<EchoQuestion> echo;
    };
    /// `entropy` must outlive this. `on_change`: see reach::Reach.
    LineLook(net::Entropy& entropy, Options options, std::function<void()> on_change);

    /// Looks until end(), SIGTERM or SIGINT, and gives back what routers have opened.
    void run();
    void end();
    /// A signal has ended it.
    bool interrupted() const { return interrupted_; }

    net::EpollLoop& loop() { return loop_; }
    net::Network& network() { return network_; }
    reach::Reach& reach() { return reach_; }
    const reach::PublicSpace& space() const { return space_; }

private:
    reach::Reach::Options reach_options(Options options);

    net::Entropy& entropy_;
    reach::PublicSpace space_;
    NullLog log_;
    net::EpollLoop loop_;
    net::SignalWatch signals_;
    net::LinuxNetwork network_;
    reach::Reach reach_;
    bool ending_ = false;
    bool interrupted_ = false;
};

}  // namespace homeport::cli
