#pragma once
/// Carries HTTP calls to routers: one connection each, no redirects, bounded in time and size.

#include "core/result.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/portmap/machine.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace homeport::reach {

/// Our addresses to call from, by the family of the target; nothing: as the routes say. Routers
/// refuse IPv6 pinholes to other addresses than the one that asks.
struct HttpSources {
    std::optional<IpAddress> v4 = {};
    std::optional<IpAddress> v6 = {};
};

class HttpCaller {
public:
    /// Called once per call, from the loop and never from inside call(). It may make further calls,
    /// and destroy the caller. Errors: those of Network::dial; timed_out (kHttpCallTime); reset
    /// (the connection ended before the reply did); protocol (the reply is malformed or too long);
    /// limit (kMaxHttpCalls); invalid (the call itself breaks a rule of HTTP).
    using Done = std::move_only_function<void(HttpCallId, Result<HttpReply>)>;

    /// `loop` and `network` must outlive the caller.
    HttpCaller(net::Loop& loop, net::Network& network, HttpSources sources = {});
    /// Cancels all calls: nobody is told.
    ~HttpCaller();
    HttpCaller(const HttpCaller&) = delete;
    HttpCaller& operator=(const HttpCaller&) = delete;

    void call(HttpCall call, Done done);
    /// Calls under way.
    std::size_t open() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
