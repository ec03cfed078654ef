#pragma once
/// Answers small requests on one listener: what the control socket and the metrics page share.
/// Whoever is slow, long or many is refused; an answer is fully sent before the next request is
/// read.

#include "core/result.hpp"
#include "core/time.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace homeport::app {

class RequestServer {
public:
    /// The form of requests and answers.
    struct Dialogue {
        /// Bytes of the first whole request in `input`, its end mark included; 0 when more must
        /// come.
        std::function<std::size_t(std::string_view input)> request_bytes;
        std::function<std::string(std::string_view request)> answer;
        std::string too_long;   ///< sent before closing; may be empty
        std::string too_many;   ///< likewise
        bool keep_open = true;  ///< further requests on the same connection
        std::size_t max_request_bytes = 0;
        std::size_t max_connections = 0;
        Duration timeout{};
    };

    RequestServer(net::Loop& loop, net::Network& network, Dialogue dialogue);
    ~RequestServer();

    /// Errors: those of net::Network::listen.
    Result<> start(const net::SocketAddress& address);
    /// The port in use, for port 0 in tests. Requires start().
    Endpoint local() const { return listener_->local(); }

private:
    class Connection;
    void accept(std::unique_ptr<net::Stream> stream);

    net::Loop& loop_;
    net::Network& network_;
    Dialogue dialogue_;
    std::list<std::unique_ptr<Connection>> connections_;
    std::unique_ptr<net::Listener> listener_;
};

}  // namespace homeport::app
