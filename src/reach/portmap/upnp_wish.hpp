#pragma once
/// One wish at one UPnP router, from asking to removal: a mapping for IPv4, a pinhole for IPv6.
/// Pure: it says which call is due, takes the outcome, and knows what to report.
///
/// A mapping is only believed when the router lists it. It is renewed before half its life is over;
/// where that does not help, it is replaced shortly before its end. All are read back now and then.

#include "reach/portmap/mapping.hpp"
#include "reach/portmap/upnp_actions.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace homeport::reach {

/// What a router was found to be like; shared by its wishes and kept over restarts.
struct UpnpQuirks {
    enum class Lease : std::uint8_t {
        as_wished,
        permanent,  ///< 725, or 402 for any other
        week,       ///< 402 for permanent ones too
    };
    Lease lease = Lease::as_wished;
    bool no_extension = false;  ///< asking again does not extend a lease
};

class UpnpWish {
public:
    /// `pinhole`: the number that an earlier process was given; empty: none is known. It serves to
    /// remove what is left over; after a restart of the router it may be somebody else's.
    UpnpWish(MappingWish wish, std::string pinhole, TimePoint now);

    /// The call that is due now, until its outcome is told; nothing: wait until due().
    std::optional<SoapCall> next(const UpnpQuirks& quirks, TimePoint now);
    /// The last call only reads.
    bool asks_only() const { return step_ == Step::look; }
    void on_outcome(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now);
    /// kNever while a call is under way.
    TimePoint due() const { return busy_ || gone() ? kNever : due_; }

    void drop(TimePoint now);
    void remake(TimePoint now);
    /// Is it still there? A failed one is tried again.
    void look_soon(TimePoint now);
    /// Another router, or one that was not there: all begins anew. No outcome follows.
    void begin_anew(TimePoint now);
    /// There is no router for it; `retry_at`: when one is searched. No outcome follows.
    void give_up(MapFault fault, std::string detail, TimePoint retry_at);

    /// The router gave its number to another one, so this one is lost.
    void lose_pinhole(TimePoint now);

    /// The router's own address for reports.
    void set_external(const IpAddress& address);
    const MappingReport& report() const { return report_; }
    const MappingWish& wish() const { return wish_; }
    bool pinhole() const { return !wish_.internal.address.is_v4(); }
    const std::string& pinhole_number() const { return pinhole_; }
    bool holds_pinhole(std::string_view number) const {
        return pinhole_valid_ && pinhole_ == number;
    }
    bool dropping() const { return dropping_; }
    /// Nothing is left to do; report() is the last one.
    bool gone() const { return report_.phase == MappingReport::Phase::removed; }

private:
    enum class Step : std::uint8_t { rest, add, look, remove };
    enum class Why : std::uint8_t { verify, conflict, reread, removal };

    bool mapped() const { return report_.phase == MappingReport::Phase::mapped; }
    void go(Step step, TimePoint at);
    void go_look(Why why, TimePoint at);
    void wake(TimePoint now);
    SoapCall call_of_step(const UpnpQuirks& quirks);
    SoapCall call_of_add(const UpnpQuirks& quirks);

    void after_add(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now);
    bool added_anew(int code, UpnpQuirks& quirks, TimePoint now);
    bool other_lease(int code, UpnpQuirks& quirks);
    void after_look(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now);
    void after_verify(const UpnpListed& listed, const UpnpOutcome& outcome, UpnpQuirks& quirks,
                      TimePoint now);
    void after_conflict(const UpnpListed& listed, UpnpQuirks& quirks, TimePoint now);
    void after_reread(const UpnpListed& listed, TimePoint now);
    void shorten(TimePoint end, TimePoint now);
    void after_remove(const UpnpOutcome& outcome, TimePoint now);
    void take_number(const UpnpOutcome& outcome);

    void set_mapped(const UpnpListed& listed, UpnpQuirks& quirks, TimePoint now);
    void plan_renewal(Duration life, const UpnpQuirks& quirks, TimePoint now);
    void rest(TimePoint now);
    void set_asking();
    void replace(TimePoint now);
    void fail(MapFault fault, std::string detail, TimePoint now);
    void fail_for_sure(MapFault fault, std::string detail, TimePoint now);
    void begin_removal(TimePoint now);
    void set_gone();

    MappingWish wish_;
    MappingReport report_;
    IpAddress external_;
    std::string pinhole_;
    bool pinhole_valid_ = false;  ///< the number was given to this process
    Step step_ = Step::add;
    Why why_ = Why::verify;
    TimePoint due_;
    bool busy_ = false;
    bool dropping_ = false;
    bool remaking_ = false;     ///< asked for while a call was under way
    bool maybe_there_ = false;  ///< the router may have it
    bool replaced_ = false;     ///< an entry was removed for this try already
    bool removed_ = false;      ///< still reported as mapped, but removed to be made anew at once
    UpnpQuirks::Lease asked_kind_{};
    std::chrono::seconds asked_{};
    Duration granted_{};
    TimePoint renew_at_ = kNever;
    TimePoint replace_at_ = kNever;
    TimePoint reread_at_ = kNever;
    int lease_tries_ = 0;
    int looks_ = 0;
    int removals_ = 0;
    int failures_ = 0;
    int refusal_ = 0;  ///< the code that made it look who has the port
    std::string refusal_detail_;
    MapFault last_fault_ = MapFault::none;  ///< of a renewal
    std::string last_detail_;
};

}  // namespace homeport::reach
