#pragma once
/// One published service as the visitors see it. Lives from publish to withdraw at one address;
/// visitors of a withdrawn service are reset before it goes.

#include "front/front.hpp"
#include "front/places.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace homeport::front {

struct ServiceEntry {
    ServiceEntry(Service what, const config::Park& park)
        : service(std::move(what)), room(park.per_service, park.per_source) {}

    Service service;
    WaitingRoom room;
    bool parked_by_owner = false;
    /// The agent's own stand-in page, shared with the answers under way; nullptr: none.
    std::shared_ptr<const std::string> stand_in;
    /// Open ports of a tcp service.
    std::map<std::uint16_t, std::unique_ptr<net::Listener>> listeners;

    std::uint64_t streams = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t visitors_total = 0;
    std::uint64_t refused_total = 0;

    /// Visitor rules: deny wins; an empty allow list lets everybody in.
    bool allows(const IpAddress& source) const;
};

}  // namespace homeport::front
