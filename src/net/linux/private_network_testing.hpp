#pragma once
/// For tests that need links and routes of their own: runs in a fresh network namespace.

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>
#include <cstdlib>
#include <functional>
#include <latch>
#include <string>
#include <thread>

namespace homeport::net {

/// One command of ip(8), in the namespace of this thread.
inline bool ip(const std::string& arguments) {
    return std::system(("ip " + arguments + " >/dev/null 2>&1").c_str()) == 0;
}

/// False: this user may not make namespaces, or ip(8) is missing; `body` did not run then.
inline bool in_private_network(const std::function<void()>& body) {
    bool allowed = false;
    std::thread([&] {
        allowed = ::unshare(CLONE_NEWNET) == 0 && ip("link set lo up");
        if (allowed) body();
    }).join();
    return allowed;
}

/// A second namespace behind "left" with a router at 192.0.2.1 and 2001:db8::1, which forwards
/// everything to a link where nobody lives.
class RouterBehind {
public:
    RouterBehind() {
        thread_ = std::thread([this] {
            made_ = ::unshare(CLONE_NEWNET) == 0;
            id_ = ::gettid();
            begun_.count_down();
            end_.wait();
        });
        begun_.wait();
    }
    ~RouterBehind() {
        end_.count_down();
        thread_.join();
    }
    RouterBehind(const RouterBehind&) = delete;
    RouterBehind& operator=(const RouterBehind&) = delete;

    bool start() {
        return made_ && ip("link add left type veth peer name right") &&
               ip("link set right netns " + std::to_string(id_)) && ip("link set left up") &&
               ip("addr add 192.0.2.7/24 dev left") &&
               ip("addr add 2001:db8::7/64 dev left nodad") && inside("ip link set lo up") &&
               inside("ip link set right up") && inside("ip addr add 192.0.2.1/24 dev right") &&
               inside("ip addr add 2001:db8::1/64 dev right nodad") &&
               inside("ip link add out type veth peer name nowhere") &&
               inside("ip link set out up") && inside("ip link set nowhere up") &&
               inside(
                   "sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 "
                   "net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0") &&
               inside("ip addr add 198.51.100.1/24 dev out") &&
               inside("ip route add 203.0.113.0/24 via 198.51.100.2") &&
               inside("ip -6 route add 2001:db8:1::/48 dev out") &&
               inside("ip route add prohibit 100.64.0.0/10") &&
               ip("route add default via 192.0.2.1") && ip("-6 route add default via 2001:db8::1");
    }

private:
    bool inside(const std::string& command) const {
        return std::system(("nsenter --net=/proc/" + std::to_string(id_) + "/ns/net " + command +
                            " >/dev/null 2>&1")
                               .c_str()) == 0;
    }

    std::thread thread_;
    std::latch begun_{1};
    std::latch end_{1};
    bool made_ = false;
    pid_t id_ = 0;
};

}  // namespace homeport::net
