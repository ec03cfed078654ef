#pragma once
/// Where routers tell of changes (GENA, UPnP Device Architecture 2.0 section 4.3): a small HTTP
/// server on one local address, for known routers only, at a path that is not to be guessed.

#include "core/result.hpp"
#include "http/server/server.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

/// The views end with the call.
struct RouterEvent {
    IpAddress from;
    std::string_view sid;      ///< the subscription
    std::uint32_t number = 0;  ///< SEQ: 0 is the first; behind the highest comes 1
    std::string_view body;     ///< at most http::kMaxBodyBytes
};

/// Called from the loop; it must not destroy the door. False: no subscription of ours, which the
/// router is told.
using EventSink = std::function<bool(const RouterEvent&)>;

class EventDoor final : private http::Handler {
public:
    /// `loop` and `network` must outlive the door; `entropy` is used here only.
    EventDoor(net::Loop& loop, net::Network& network, net::Entropy& entropy, EventSink on_event);
    ~EventDoor() override;

    /// Listens at a port that the kernel chooses. Errors: those of Network::listen.
    Result<> open(const IpAddress& local);
    /// For SUBSCRIBE, once open: "http://192.0.2.7:40123/3f9c...".
    std::string url() const;
    /// Lets a router in; the connections of others are reset. Error: limit (kMaxEventRouters).
    Result<> admit(const IpAddress& router);

private:
    void accept(std::unique_ptr<net::Stream> stream);
    void handle(const http::Request& request, http::Responder respond) override;
    bool take(const http::Request& request);

    net::Network& network_;
    EventSink on_event_;
    std::string path_;
    std::vector<IpAddress> routers_;
    http::Server server_;
    std::unique_ptr<net::Listener> listener_;
};

}  // namespace homeport::reach
