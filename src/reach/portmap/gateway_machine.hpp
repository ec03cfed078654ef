#pragma once
/// What the machines of PCP and NAT-PMP have in common: one router at port 5351, its epoch, its
/// silence, the pace of datagrams, and the mappings. Pure, see machine.hpp. Each machine has a
/// socket of its own, so that what comes to it answers its own protocol; announcements go to both.
///
/// Until the router has answered, one mapping is asked for and the others wait for it: most routers
/// speak one protocol only, and nobody shall be shouted at in the other.

#include "reach/portmap/check_rounds.hpp"
#include "reach/portmap/gateway_mapping.hpp"
#include "reach/portmap/machine.hpp"
#include "reach/portmap/server_epoch.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

struct GatewayOptions {
    Endpoint gateway;    ///< of the router; port kGatewayPort
    IpAddress own;       ///< that requests are sent from, and the only one to be mapped to
    std::string memory;  ///< of an earlier machine for the same router; empty: none
};

class GatewayMachine : public PortMapMachine {
public:
    void start(TimePoint now) final;
    void want(const MappingWish& wish, TimePoint now) final;
    void drop(MappingId id, TimePoint now) final;
    void check_soon(TimePoint now) final;
    void remake(MappingId id, TimePoint now) final;
    void on_datagram(const Endpoint& from, Bytes datagram, bool multicast, TimePoint now) final;
    void on_reply(HttpCallId, const Result<HttpReply>&, TimePoint) final {}
    void on_unreachable(const Endpoint& to, TimePoint now) final;
    void on_time(TimePoint now) final;
    TimePoint deadline() const final;
    std::string memory(TimePoint now) const override;

protected:
    GatewayMachine(MapProtocol protocol, ServerEpoch::Rule rule, const GatewayOptions& options,
                   MachineOutput& output);

    /// `lifetime_s` 0: to be removed.
    virtual std::vector<std::byte> map_request(const MappingWish& wish,
                                               std::uint32_t lifetime_s) const = 0;
    /// The question that shows whether the router is there, and its epoch.
    virtual std::vector<std::byte> probe_request() const = 0;
    /// From the router.
    virtual void on_answer(Bytes datagram, TimePoint now) = 0;
    virtual void on_announcement(Bytes datagram, TimePoint now) = 0;

    /// Told by on_answer() and on_announcement(), in this order, as far as it applies.
    void heard(std::uint32_t epoch_s, TimePoint now);
    void probe_answered(TimePoint now);
    /// `other`: it tells something else than what is known.
    void announced(bool other, TimePoint now);
    void set_external(const IpAddress& address) { router_.external = address; }
    /// Where a mapping's own answer does not tell it.
    void set_external_of_mappings(const IpAddress& address);
    /// The mapping that `is_meant` chooses; null: there is none.
    template <class Predicate>
    GatewayMapping* find(Predicate is_meant);
    /// A refusal that does not say of what: of all that is asked for.
    void refuse_all_asked(const GatewayAnswer& answer, TimePoint now);
    /// What was refused was the form of the requests; it is another one now.
    void ask_all_again(TimePoint now);
    bool answers() const { return router_.answers; }
    /// The router speaks another protocol or version. Ignored while it speaks this one: a stray
    /// packet shall not end what works.
    void not_spoken(const std::string& detail, TimePoint now);

    const GatewayOptions& options() const { return options_; }
    const IpAddress& external() const { return router_.external; }
    /// The number after `key` in the memory of the earlier machine.
    std::optional<std::uint32_t> remembered(std::string_view key) const;
    /// An address of this family that can be one of a router on its other side; else unspecified.
    IpAddress believable(const IpAddress& address) const;

private:
    struct Entry {
        GatewayMapping mapping;
        /// An older wish for the same port is still there; wait for its end.
        bool blocked = false;
        std::optional<MappingReport> told;
    };
    /// The question to the router itself.
    struct Probe {
        TimePoint at = kNever;
        TimePoint began{};
        unsigned tries = 0;
        unsigned most_tries = 0;
    };

    void flush(TimePoint now);
    bool act_once(TimePoint now);
    void act(Entry& entry, TimePoint now);
    void act_probe(TimePoint now);
    void begin_probe(TimePoint at, unsigned most_tries);
    void start_round(TimePoint now);
    void fall_silent(MapFault fault, const std::string& detail, TimePoint now);
    void give_up_all(MapFault fault, const std::string& detail, TimePoint retry_at, TimePoint now);
    /// The one that asks for all while the router is silent.
    const Entry* scout() const;
    bool may_act(const Entry& entry, const Entry* scout) const;
    void add(const MappingWish& wish, bool blocked, TimePoint now);
    void refuse_wish(const MappingWish& wish, MapFault fault, std::string_view why);
    void send(const std::vector<std::byte>& datagram, TimePoint now);
    void publish();
    void publish_router();
    /// True: there were some.
    bool forget_removed();
    void unblock(const MappingWish& freed);

    GatewayOptions options_;
    MachineOutput& output_;
    ServerEpoch epoch_;
    CheckRounds rounds_;
    RouterReport router_;
    std::optional<RouterReport> told_;
    std::map<MappingId, Entry> mappings_;
    Probe probe_;
    TimePoint heard_at_ = TimePoint::min();
    TimePoint news_at_ = TimePoint::min();   ///< of the last announcement that counted
    TimePoint may_send_ = TimePoint::min();  ///< by kGatewaySendGap
    bool started_ = false;
    bool judged_ = false;  ///< known whether the router answers
    bool spoken_ = true;   ///< the router has not said that it speaks something else
};

template <class Predicate>
GatewayMapping* GatewayMachine::find(Predicate is_meant) {
    for (auto& [id, entry] : mappings_)
        if (!entry.blocked && is_meant(entry.mapping)) return &entry.mapping;
    return nullptr;
}

}  // namespace homeport::reach
