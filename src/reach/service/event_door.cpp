#include "reach/service/event_door.hpp"

#include "core/text.hpp"
#include "reach/service/limits.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace homeport::reach {
namespace {

std::string make_path(net::Entropy& entropy) {
    std::array<std::byte, 16> secret{};
    entropy.fill(secret);
    return "/" + to_hex(secret);
}

}  // namespace

EventDoor::EventDoor(net::Loop& loop, net::Network& network, net::Entropy& entropy,
                     EventSink on_event)
    : network_(network),
      on_event_(std::move(on_event)),
      path_(make_path(entropy)),
      server_(loop, network, *this,
              {.trusted_proxies = {},
               .connections = kEventConnections,
               .connections_per_source = kEventConnections}) {}

EventDoor::~EventDoor() = default;

Result<> EventDoor::open(const IpAddress& local) {
    auto opened =
        network_.listen(Endpoint{local, 0}, {},
                        [this](std::unique_ptr<net::Stream> stream) { accept(std::move(stream)); });
    if (!opened) return std::unexpected(opened.error());
    listener_ = std::move(*opened);
    return {};
}

std::string EventDoor::url() const {
    return "http://" + (listener_ ? listener_->local() : Endpoint{}).to_string() + path_;
}

Result<> EventDoor::admit(const IpAddress& router) {
    if (std::ranges::find(routers_, router) != routers_.end()) return {};
    if (routers_.size() == kMaxEventRouters)
        return fail(Errc::limit, "too many routers to hear events from");
    routers_.push_back(router);
    return {};
}

void EventDoor::accept(std::unique_ptr<net::Stream> stream) {
    const bool known = std::ranges::find(routers_, stream->peer().address) != routers_.end();
    if (!known) return stream->reset();
    server_.serve(std::move(stream));
}

void EventDoor::handle(const http::Request& request, http::Responder respond) {
    const bool taken = take(request);
    respond({.status = taken ? 200 : 412, .content_type = {}});
}

bool EventDoor::take(const http::Request& request) {
    const bool meant = request.method == "NOTIFY" && request.query.empty() &&
                       equal_in_constant_time(as_bytes(request.path), as_bytes(path_));
    const bool event =
        meant && request.field("NT") == "upnp:event" && request.field("NTS") == "upnp:propchange";
    const auto number = parse_uint(request.field("SEQ"), std::numeric_limits<std::uint32_t>::max());
    const std::string_view sid = request.field("SID");
    if (!event || !number || sid.empty()) return false;
    return on_event_({.from = request.peer.address,
                      .sid = sid,
                      .number = static_cast<std::uint32_t>(*number),
                      .body = request.body});
}

}  // namespace homeport::reach
