#pragma once
/// UPnP IGD 1 and 2: port mappings for IPv4, pinholes for IPv6. One machine for all devices of one
/// network; it uses one service for mappings and one for pinholes.

#include "reach/portmap/machine.hpp"
#include "reach/portmap/upnp_calls.hpp"
#include "reach/portmap/upnp_devices.hpp"
#include "reach/portmap/upnp_events.hpp"
#include "reach/portmap/upnp_memory.hpp"
#include "reach/portmap/upnp_options.hpp"
#include "reach/portmap/upnp_search.hpp"
#include "reach/portmap/upnp_table.hpp"
#include "reach/portmap/upnp_wish.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

class UpnpMachine final : public PortMapMachine {
public:
    /// `output` must outlive the machine. Calls to IPv6 endpoints must leave from options.own_v6,
    /// those to IPv4 endpoints from options.own_v4: routers open ports to the asking address only.
    UpnpMachine(UpnpOptions options, MachineOutput& output);
    UpnpMachine(const UpnpMachine&) = delete;
    UpnpMachine& operator=(const UpnpMachine&) = delete;

    void start(TimePoint now) override;
    void want(const MappingWish& wish, TimePoint now) override;
    void drop(MappingId id, TimePoint now) override;
    void check_soon(TimePoint now) override;
    void remake(MappingId id, TimePoint now) override;
    void on_datagram(const Endpoint& from, Bytes datagram, bool multicast, TimePoint now) override;
    void on_reply(HttpCallId id, const Result<HttpReply>& reply, TimePoint now) override;
    void on_unreachable(const Endpoint& to, TimePoint now) override;
    void on_time(TimePoint now) override;
    TimePoint deadline() const override;
    std::string memory(TimePoint now) const override;

    /// A NOTIFY came to options.callback, with its SID and SEQ. False: of no subscription of ours,
    /// to be answered with 412.
    bool on_event(std::string_view sid, std::uint32_t seq, std::string_view body, TimePoint now);

    /// Removes all mappings, ends the subscription, wants nothing more. Goes on in on_reply() and
    /// on_time() until stopped(), for kUpnpRemoveTries calls per mapping at most.
    void stop(TimePoint now);
    bool stopped() const { return stopping_ && held_.empty() && calls_.idle(); }

    /// Reads the router's table of mappings; nothing where no router is known. entries() is
    /// complete when listing() is over.
    void list_entries(TimePoint now);
    bool listing() const { return table_.under_way(); }
    const std::vector<UpnpEntry>& entries() const { return table_.entries(); }

private:
    /// The way that wishes of one kind go.
    struct Road {
        enum class State : std::uint8_t { searching, open, closed } state = State::searching;
        std::optional<UpnpCandidate> service;  ///< also when it is there and allows nothing
        MapFault fault = MapFault::none;       ///< when closed
        std::string detail;
        std::uint64_t round = 0;  ///< answers of earlier rounds are late
    };
    struct Held {
        UpnpWish wish;
        std::optional<MappingReport> reported;
    };

    void run(TimePoint now);
    void run_looks(TimePoint now);
    void run_search(TimePoint now);
    void news(TimePoint now);

    void choose(TimePoint now);
    void choose_connection(TimePoint now);
    void choose_firewall(TimePoint now);
    void open_road(Road& road, bool pinholes, const UpnpCandidate& service, TimePoint now);
    void close_road(Road& road, bool pinholes, MapFault fault, std::string detail);
    void close_for_nobody(Road& road, bool pinholes, std::string_view missing);
    void compare(const UpnpCandidate& before, const UpnpCandidate& after, TimePoint now);
    void plan_search(bool nobody, TimePoint now);
    bool undecided(const Road& road) const;
    void tell_external();

    Road& road_of(const UpnpWish& wish) { return wish.pinhole() ? pinholes_ : mappings_; }
    const Road& road_of(const UpnpWish& wish) const {
        return wish.pinhole() ? pinholes_ : mappings_;
    }
    void reject(const MappingWish& wish, MapFault fault, std::string detail);
    bool has_same_port(const MappingWish& wish, bool dropping) const;
    bool must_wait(const UpnpWish& wish) const;
    void serve(Held& held, TimePoint now);
    void after_call(MappingId id, std::uint64_t round, std::string_view action,
                    const Result<HttpReply>& reply, TimePoint now);
    void numbers_are_unique(const UpnpWish& owner, TimePoint now);

    void emit();
    RouterReport router_report() const;

    const UpnpOptions options_;
    MachineOutput& output_;
    UpnpMemory memory_;
    UpnpCalls calls_;
    UpnpSearch search_;
    UpnpDevices devices_;
    UpnpEvents events_;
    UpnpTable table_;
    Road mappings_;
    Road pinholes_;
    std::map<MappingId, Held> held_;
    std::size_t dropping_ = 0;
    bool started_ = false;
    bool stopping_ = false;
    bool restart_seen_ = false;  ///< told with the next looks, so not more often than they come
    bool restarted_ = false;
    std::optional<RouterReport> reported_;
    std::size_t look_ = 0;  ///< the next of the looks after news
    TimePoint looks_began_ = kNever;
    TimePoint look_due_ = kNever;
    TimePoint news_due_ = kNever;  ///< looks that wait for the end of those before
    bool searching_ = false;
    int searches_ = 0;  ///< without success, since the last one
    TimePoint search_due_ = kNever;
    TimePoint changed_at_{};  ///< when a call of ours last changed the router's table
};

}  // namespace homeport::reach
