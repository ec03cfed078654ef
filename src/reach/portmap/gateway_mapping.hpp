#pragma once
/// One mapping at a router that speaks PCP or NAT-PMP: when it is asked for, renewed and removed,
/// and what is known of it. Pure. What is sent, and how answers look, is its machine's part.

#include "core/time.hpp"
#include "reach/portmap/mapping.hpp"

#include <cstdint>
#include <string>

namespace homeport::reach {

/// What a router said to a request for a mapping, in either protocol.
struct GatewayAnswer {
    MapFault fault = MapFault::none;
    std::string detail;            ///< with a fault: the router's code and words
    Endpoint external;             ///< without: what is granted
    std::uint32_t lifetime_s = 0;  ///< granted; 0: there is no mapping any more
    Duration pause{};              ///< with a fault: how long the router expects it to last
};

class GatewayMapping {
public:
    enum class Act : std::uint8_t {
        nothing,
        ask,     ///< send a request for it
        remove,  ///< send a request with lifetime 0
        gave_up  ///< all tries were in vain: give_up() is to be called
    };

    GatewayMapping(const MappingWish& wish, MapProtocol protocol, TimePoint now);

    const MappingWish& wish() const { return wish_; }
    const MappingReport& report() const { return report_; }
    bool mapped() const { return report_.phase == MappingReport::Phase::mapped; }
    bool removed() const { return report_.phase == MappingReport::Phase::removed; }
    /// A request for it is open; of any kind.
    bool asking() const { return step_ == Step::asking; }
    bool open() const { return step_ != Step::waiting; }
    /// drop() was called.
    bool removing() const { return step_ == Step::removing; }
    std::uint32_t lifetime_to_ask() const;

    /// What is due; after `ask` and `remove` the next try is already planned.
    Act on_time(TimePoint now);
    TimePoint next_act() const { return at_; }
    /// Its life is over unless it was renewed before.
    void expire(TimePoint now);
    TimePoint expires() const { return mapped() ? report_.expires : kNever; }

    /// Without a request only a grant counts.
    void on_answer(const GatewayAnswer& answer, TimePoint now);
    /// No answer, or the router as a whole is of no use. What is mapped stays so until it expires
    /// if `fault` is one that may pass.
    void give_up(MapFault fault, std::string detail, TimePoint retry_at, TimePoint now);

    /// The router forgot it.
    void lost(TimePoint now);
    /// To be asked for soon, whatever was said before; only a full table is not asked again.
    void look_again(TimePoint now);
    /// The router that was silent is back.
    void router_is_back(TimePoint now);
    void remake(TimePoint now);
    void drop(TimePoint now);
    void set_external_address(const IpAddress& address);

private:
    enum class Step : std::uint8_t {
        waiting,  ///< until at_
        asking,
        giving_back,  ///< another port than the one wanted; already reported
        remaking,     ///< deleted, to be asked for then
        removing,
    };

    void begin(TimePoint now);
    void begin_removal(Step step, TimePoint now);
    void end_removal(const std::string& detail, TimePoint now);
    Duration try_pause() const;
    Duration refusal_pause(MapFault fault) const;
    void on_grant(const GatewayAnswer& answer, TimePoint now);
    void on_refusal(const GatewayAnswer& answer, TimePoint now);
    void give_back(MapFault fault, std::string detail, TimePoint now);
    void set_mapped(const Endpoint& external, Duration lifetime, TimePoint now);
    void set_failed(MapFault fault, std::string detail, TimePoint retry_at);
    Duration renewal_pause(Duration wanted, TimePoint now) const;
    /// 0 to 255, seldom the same for two mappings: requests do not fall together.
    unsigned spread() const;

    MappingWish wish_;
    MappingReport report_;
    Step step_ = Step::waiting;
    TimePoint at_;                             ///< of the next act
    unsigned tries_ = 0;                       ///< of this request
    unsigned most_tries_;                      ///< for asking
    unsigned refusals_ = 0;                    ///< in a row
    bool known_there_ = false;                 ///< the router may have it
    bool deleted_ = false;                     ///< a late answer may still say so
    MapFault renewal_fault_ = MapFault::none;  ///< why it could not be renewed so far
    std::string renewal_detail_;
};

}  // namespace homeport::reach
