#pragma once
/// The relay's figures for Prometheus.

#include "app/facts.hpp"
#include "app/request_server.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace homeport::app {

/// Text exposition format 0.0.4. Label values are escaped.
std::string metrics_text(const RoleFacts& facts);

/// The answer to one HTTP head: GET /metrics, else 404, 405 or 400.
std::string answer_metrics(std::string_view head, const std::function<std::string()>& text);

class MetricsServer {
public:
    MetricsServer(net::Loop& loop, net::Network& network, std::function<std::string()> text);
    /// Errors: those of net::Network::listen.
    Result<> start(const Endpoint& address) { return server_.start(address); }
    Endpoint local() const { return server_.local(); }

private:
    RequestServer server_;
};

}  // namespace homeport::app
