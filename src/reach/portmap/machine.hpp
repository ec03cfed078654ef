#pragma once
/// The form of the three protocol machines. Pure: told what happened and when, they say what to
/// send and what they know, through MachineOutput. One machine serves one router (or, for UPnP, all
/// devices of one network) as seen from one address of this machine.

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "reach/portmap/mapping.hpp"

#include <string>
#include <utility>
#include <vector>

namespace homeport::reach {

using HttpCallId = StrongId<struct HttpCallTag>;

/// One HTTP exchange on a connection of its own, at most kMaxHttpReplyBytes of reply, no redirects.
struct HttpCall {
    HttpCallId id;
    Endpoint to;
    std::string method;  ///< "GET", "POST", "SUBSCRIBE", "UNSUBSCRIBE"
    std::string path;    ///< with its query
    std::vector<std::pair<std::string, std::string>> fields;  ///< besides Host and Content-Length
    std::string body;
};
struct HttpReply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::string body;
};

/// Where a machine speaks. Calls come from within the machine's functions; an implementation must
/// not call back into the machine.
class MachineOutput {
public:
    virtual ~MachineOutput() = default;
    virtual void send(const Endpoint& to, Bytes datagram) = 0;
    virtual void call(HttpCall call) = 0;
    /// On every change; the same report is not repeated.
    virtual void report(const MappingReport& report) = 0;
    virtual void report(const RouterReport& report) = 0;
};

class PortMapMachine {
public:
    virtual ~PortMapMachine() = default;

    /// Begins to find out what the router is, also without any wish.
    virtual void start(TimePoint now) = 0;
    /// The mapping is asked for, renewed before half its life is over, and asked for again after a
    /// loss, until drop(). Above kMaxMappings: reported as failed, full.
    virtual void want(const MappingWish& wish, TimePoint now) = 0;
    /// Removes it at the router, with few tries, and reports `removed`. An unknown id is ignored.
    virtual void drop(MappingId id, TimePoint now) = 0;
    /// The line or the router changed, or it is suspected: everything is looked at again soon, at
    /// 0.2, 1, 5 and 15 s, because the first answer after a change is often the old one.
    virtual void check_soon(TimePoint now) = 0;
    /// Deletes the mapping and makes it anew: for one that is listed but does not forward.
    virtual void remake(MappingId id, TimePoint now) = 0;

    /// A datagram for this machine; `multicast`: an announcement that came to the group. What is
    /// not for it, or from a stranger, is ignored.
    virtual void on_datagram(const Endpoint& from, Bytes datagram, bool multicast,
                             TimePoint now) = 0;
    /// The end of a call of this machine; ids that are not (or no longer) under way are ignored.
    virtual void on_reply(HttpCallId id, const Result<HttpReply>& reply, TimePoint now) = 0;
    /// The kernel said that nobody listens at `to` (ICMP).
    virtual void on_unreachable(const Endpoint& to, TimePoint now) = 0;

    /// To be called at deadline(); earlier calls do nothing.
    virtual void on_time(TimePoint now) = 0;
    virtual TimePoint deadline() const = 0;

    /// What is worth keeping over restarts (epoch, location, quirks): opaque, at most
    /// kMaxMemoryBytes; handed to the next machine's constructor. Garbage there is ignored.
    virtual std::string memory(TimePoint now) const = 0;
};

}  // namespace homeport::reach
