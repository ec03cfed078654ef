#pragma once
/// Answers small requests on one listener: what the control socket and the metrics page share.
/// Whoever is slow, long or many is refused; an answer is fully sent before the next request is
/// read, however late it comes.

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
    /// Takes the one answer to a request, at once or later, on the server's loop. Does nothing when
    /// the connection, the server or the time for the answer is over. May be destroyed anywhere.
    using Reply = std::move_only_function<void(std::string)>;
    using Answer = std::function<void(std::string_view request, Reply reply)>;

    /// The form of requests and answers.
    struct Dialogue {
        /// Bytes of the first whole request in `input`, its end mark included; 0 when more must
        /// come.
        std::function<std::size_t(std::string_view input)> request_bytes;
        Answer answer;
        std::string too_long;   ///< sent before closing; may be empty
        std::string too_many;   ///< likewise
        std::string too_late;   ///< the answer when none has come within `answer_time`
        bool keep_open = true;  ///< further requests on the same connection
        std::size_t max_request_bytes = 0;
        std::size_t max_connections = 0;
        Duration timeout{};      ///< for a whole request to come, and for an answer to go
        Duration answer_time{};  ///< for an answer to be made, where that takes time
    };
    /// Of what is known at once.
    static Answer at_once(std::function<std::string(std::string_view request)> answer);

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
