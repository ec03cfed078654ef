#include "reach/portmap/upnp_wish.hpp"

#include "core/text.hpp"
#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

using What = UpnpListed::What;
using Phase = MappingReport::Phase;

/// Read-backs come in whole seconds, so a lease that ends this much earlier is the same one.
constexpr Duration kLeaseSlack = 10s;

/// Before half of a life is over.
Duration renewal_after(Duration life) {
    return std::max<Duration>(life * 7 / 16, 1min);
}

Duration retry_after(int failures) {
    const int doublings = std::clamp(failures - 1, 0, 10);
    return std::min<Duration>(kUpnpWishRetry * (1 << doublings), kUpnpWishRetryMax);
}

std::chrono::seconds whole_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration);
}

bool ours(What what) {
    return what == What::as_wished || what == What::own_other;
}

}  // namespace

UpnpWish::UpnpWish(MappingWish wish, std::string pinhole, TimePoint now)
    : wish_(std::move(wish)), pinhole_(std::move(pinhole)), due_(now) {
    report_.id = wish_.id;
    report_.protocol = MapProtocol::upnp;
    maybe_there_ = !pinhole_.empty();
}

std::optional<SoapCall> UpnpWish::next(const UpnpQuirks& quirks, TimePoint now) {
    if (due() > now) return std::nullopt;
    if (step_ == Step::rest) wake(now);
    if (step_ == Step::rest || due_ > now) return std::nullopt;
    busy_ = true;
    return call_of_step(quirks);
}

/// A time of a mapping that stood still has come.
void UpnpWish::wake(TimePoint now) {
    if (now >= report_.expires) {
        fail_for_sure(last_fault_, last_detail_, now);
        due_ = now;
    } else if (now >= replace_at_) {
        // Reported as mapped meanwhile: it takes no longer than two calls.
        replaced_ = true;
        go(Step::remove, now);
    } else if (now >= renew_at_) {
        go(Step::add, now);
    } else if (now >= reread_at_) {
        go_look(Why::reread, now);
    }
}

SoapCall UpnpWish::call_of_step(const UpnpQuirks& quirks) {
    if (step_ == Step::look) return pinhole() ? look_at_pinhole(pinhole_) : look_at_mapping(wish_);
    if (step_ == Step::remove) return pinhole() ? remove_pinhole(pinhole_) : remove_mapping(wish_);
    return call_of_add(quirks);
}

SoapCall UpnpWish::call_of_add(const UpnpQuirks& quirks) {
    const Duration wished = std::clamp<Duration>(wish_.lifetime, kUpnpMinLease, kUpnpMaxLease);
    if (pinhole()) {
        asked_ = whole_seconds(std::min<Duration>(wished, kPinholeMaxLease));
        return pinhole_valid_ ? renew_pinhole(pinhole_, asked_) : add_pinhole(wish_, asked_);
    }
    asked_kind_ = quirks.lease;
    asked_ = whole_seconds(wished);
    if (asked_kind_ == UpnpQuirks::Lease::permanent) asked_ = 0s;
    if (asked_kind_ == UpnpQuirks::Lease::week) asked_ = whole_seconds(kUpnpMaxLease);
    return add_mapping(wish_, asked_);
}

void UpnpWish::on_outcome(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now) {
    if (!busy_) return;
    busy_ = false;
    if (step_ == Step::add && (outcome.done() || !outcome.answer)) maybe_there_ = true;
    if (step_ == Step::add && outcome.done()) take_number(outcome);
    const bool removing = step_ == Step::remove || (step_ == Step::look && why_ == Why::removal);
    if (dropping_ && !removing) return begin_removal(now);
    if (std::exchange(remaking_, false) && !removing) return replace(now);
    if (step_ == Step::add) return after_add(outcome, quirks, now);
    if (step_ == Step::look) return after_look(outcome, quirks, now);
    after_remove(outcome, now);
}

/// A renewal answers without a number: the one that is known stays.
void UpnpWish::take_number(const UpnpOutcome& outcome) {
    if (!pinhole() || pinhole_valid_) return;
    const auto number = parse_uint(outcome.answer->value("UniqueID"), 65535);
    pinhole_valid_ = number.has_value();
    pinhole_ = number ? std::to_string(*number) : std::string();
}

void UpnpWish::after_add(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now) {
    if (!outcome.answer) return fail(outcome.fault, outcome.detail, now);
    if (outcome.done()) {
        if (pinhole() && !pinhole_valid_) {
            return fail(MapFault::garbage, "a pinhole without a number", now);
        }
        looks_ = 0;
        return go_look(Why::verify, now);
    }
    const int code = outcome.code();
    if (added_anew(code, quirks, now)) return;
    std::string detail = upnp_error_text(code, outcome.answer->words);
    // Some routers say 501 where they mean that the port is taken.
    if (!pinhole() && (code == 718 || code == 501) && !replaced_) {
        refusal_ = code;
        refusal_detail_ = std::move(detail);
        return go_look(Why::conflict, now);
    }
    fail(fault_of(code), std::move(detail), now);
}

/// Refusals that another form of the same request may overcome.
bool UpnpWish::added_anew(int code, UpnpQuirks& quirks, TimePoint now) {
    if (!pinhole()) {
        if (!other_lease(code, quirks)) return false;
        go(Step::add, now);
        return true;
    }
    if (pinhole_valid_) {
        pinhole_valid_ = false;
        set_asking();
        go(Step::add, now);
        return true;
    }
    if (code != 701 || pinhole_.empty() || replaced_) return false;
    replace(now);
    return true;
}

/// 725 and 402 ask for a permanent lease; 402 again for one of a week.
bool UpnpWish::other_lease(int code, UpnpQuirks& quirks) {
    using Lease = UpnpQuirks::Lease;
    constexpr int kLeaseKinds = 3;
    if ((code != 725 && code != 402) || ++lease_tries_ >= kLeaseKinds) {
        if (code == 402) quirks.lease = Lease::as_wished;
        return false;
    }
    // Another wish may have found out meanwhile.
    if (quirks.lease != asked_kind_) return true;
    if (asked_kind_ == Lease::as_wished) {
        quirks.lease = Lease::permanent;
    } else if (asked_kind_ == Lease::permanent && code == 402) {
        quirks.lease = Lease::week;
    } else {
        quirks.lease = Lease::as_wished;
    }
    return true;
}

void UpnpWish::after_look(const UpnpOutcome& outcome, UpnpQuirks& quirks, TimePoint now) {
    const UpnpListed listed = pinhole() ? listed_pinhole(outcome) : listed_mapping(wish_, outcome);
    switch (why_) {
    case Why::verify:
        return after_verify(listed, outcome, quirks, now);
    case Why::conflict:
        return after_conflict(listed, quirks, now);
    case Why::reread:
        return after_reread(listed, now);
    case Why::removal:
        if (listed.what == What::nothing || listed.what == What::foreign) return set_gone();
        return go(Step::remove, now);
    }
}

void UpnpWish::after_verify(const UpnpListed& listed, const UpnpOutcome& outcome,
                            UpnpQuirks& quirks, TimePoint now) {
    if (listed.what == What::as_wished) return set_mapped(listed, quirks, now);
    if (listed.what == What::unknown) {
        // Without a way to look, the router's word has to do.
        if (outcome.answer) return set_mapped(listed, quirks, now);
        return fail(outcome.fault, outcome.detail, now);
    }
    if (listed.what == What::foreign) {
        return fail_for_sure(MapFault::conflict, "accepted, but another device has the port", now);
    }
    if (looks_++ == 0) return go_look(Why::verify, now + kUpnpLookAgain);
    fail_for_sure(MapFault::garbage, "accepted, but not listed as wished", now);
}

void UpnpWish::after_conflict(const UpnpListed& listed, UpnpQuirks& quirks, TimePoint now) {
    if (!ours(listed.what)) {
        const bool sure = listed.what == What::foreign;
        const MapFault fault = sure ? MapFault::conflict : fault_of(refusal_);
        return sure ? fail_for_sure(fault, refusal_detail_, now)
                    : fail(fault, refusal_detail_, now);
    }
    if (!mapped() || listed.what != What::as_wished) return replace(now);
    // It refuses to renew what it still has.
    quirks.no_extension = true;
    set_mapped(listed, quirks, now);
}

void UpnpWish::after_reread(const UpnpListed& listed, TimePoint now) {
    switch (listed.what) {
    case What::as_wished:
        if (listed.lease && *listed.lease > 0s && report_.expires != kNever) {
            const TimePoint end = now + *listed.lease;
            if (end + kLeaseSlack < report_.expires) shorten(end, now);
        }
        [[fallthrough]];
    case What::unknown:
        return rest(now);
    case What::own_other:
        set_asking();
        return replace(now);
    case What::nothing:
        set_asking();
        maybe_there_ = false;
        pinhole_valid_ = false;
        return go(Step::add, now);
    case What::foreign:
        return fail_for_sure(MapFault::conflict, "another device has the port now", now);
    }
}

/// It ends earlier than was thought.
void UpnpWish::shorten(TimePoint end, TimePoint now) {
    report_.expires = end;
    if (renew_at_ != kNever) renew_at_ = std::min(renew_at_, now + renewal_after(end - now));
    if (replace_at_ != kNever) replace_at_ = std::max(now, end - kUpnpReplaceBefore);
}

void UpnpWish::after_remove(const UpnpOutcome& outcome, TimePoint now) {
    const int code = outcome.code();
    const bool removed = outcome.done() || code == 714 || code == 704 || code == 713;
    if (removed) {
        maybe_there_ = false;
        pinhole_valid_ = false;
        pinhole_.clear();
    }
    if (dropping_) {
        if (removed || ++removals_ >= kUpnpRemoveTries) return set_gone();
        return go(Step::remove, now + kUpnpRemoveRetry);
    }
    if (removed) {
        removed_ = mapped();
        return go(Step::add, now);
    }
    if (!outcome.answer) return fail(outcome.fault, outcome.detail, now);
    fail(fault_of(code), upnp_error_text(code, outcome.answer->words), now);
}

void UpnpWish::set_mapped(const UpnpListed& listed, UpnpQuirks& quirks, TimePoint now) {
    const bool says_permanent = listed.lease && *listed.lease == 0s;
    const Duration life = listed.lease && !says_permanent
                              ? std::min<Duration>(*listed.lease, kUpnpMaxLease)
                              : Duration(asked_);
    const bool permanent = asked_ == 0s || says_permanent;
    const TimePoint before = mapped() ? report_.expires : kNever;
    const TimePoint expires = permanent ? kNever : now + life;
    const bool extended = before == kNever || permanent || expires >= before + granted_ / 4;
    if (!extended) quirks.no_extension = true;
    if (extended) granted_ = life;
    lease_tries_ = failures_ = 0;
    replaced_ = removed_ = false;
    last_fault_ = MapFault::none;
    last_detail_.clear();
    report_.phase = Phase::mapped;
    report_.expires = expires;
    report_.fault = MapFault::none;
    report_.detail.clear();
    report_.retry_at = kNever;
    set_external(external_);
    plan_renewal(asked_ == 0s ? Duration{} : life, quirks, now);
    rest(now);
}

/// `life` is zero for what needs no renewal.
void UpnpWish::plan_renewal(Duration life, const UpnpQuirks& quirks, TimePoint now) {
    renew_at_ = life == Duration{} ? kNever : now + renewal_after(life);
    replace_at_ = kNever;
    if (!quirks.no_extension || pinhole() || report_.expires == kNever) return;
    renew_at_ = kNever;
    replace_at_ = std::max(now + renewal_after({}), report_.expires - kUpnpReplaceBefore);
}

void UpnpWish::rest(TimePoint now) {
    reread_at_ = now + kUpnpReread;
    go(Step::rest, std::min({renew_at_, replace_at_, reread_at_, report_.expires}));
}

void UpnpWish::set_asking() {
    removed_ = false;
    report_.phase = Phase::asking;
    report_.external = {};
    report_.expires = kNever;
    report_.fault = MapFault::none;
    report_.detail.clear();
    report_.retry_at = kNever;
}

/// Removes what stands there and makes it anew.
void UpnpWish::replace(TimePoint now) {
    replaced_ = true;
    set_asking();
    const bool nothing_to_remove = pinhole() ? pinhole_.empty() : false;
    go(nothing_to_remove ? Step::add : Step::remove, now);
}

/// What still runs is not lost yet: it is tried again before it ends.
void UpnpWish::fail(MapFault fault, std::string detail, TimePoint now) {
    if (!mapped() || removed_ || now >= report_.expires)
        return fail_for_sure(fault, std::move(detail), now);
    lease_tries_ = 0;
    replaced_ = false;
    last_fault_ = fault;
    last_detail_ = std::move(detail);
    ++failures_;
    const Duration left = std::min<Duration>((report_.expires - now) / 2, kUpnpWishRetryMax);
    renew_at_ =
        now + std::clamp<Duration>(retry_after(failures_), 30s, std::max<Duration>(left, 30s));
    replace_at_ = kNever;
    rest(now);
}

void UpnpWish::fail_for_sure(MapFault fault, std::string detail, TimePoint now) {
    lease_tries_ = 0;
    replaced_ = false;
    ++failures_;
    set_asking();
    report_.phase = Phase::failed;
    report_.fault = fault == MapFault::none ? MapFault::silent : fault;
    report_.detail = std::move(detail);
    report_.retry_at = now + retry_after(failures_);
    go(Step::add, report_.retry_at);
}

void UpnpWish::drop(TimePoint now) {
    if (dropping_) return;
    dropping_ = true;
    if (!busy_) begin_removal(now);
}

void UpnpWish::begin_removal(TimePoint now) {
    removals_ = 0;
    if (!maybe_there_ || (pinhole() && pinhole_.empty())) return set_gone();
    if (mapped()) return go(Step::remove, now);
    go_look(Why::removal, now);
}

void UpnpWish::remake(TimePoint now) {
    if (dropping_) return;
    if (busy_) {
        remaking_ = true;
        return;
    }
    replace(now);
}

void UpnpWish::look_soon(TimePoint now) {
    if (busy_ || dropping_ || gone()) return;
    if (!mapped()) {
        if (step_ == Step::add) due_ = std::min(due_, now);
        return;
    }
    if (step_ != Step::rest) return;
    reread_at_ = now;
    due_ = now;
}

void UpnpWish::begin_anew(TimePoint now) {
    busy_ = false;
    if (gone()) return;
    if (dropping_) {
        set_asking();
        return begin_removal(now);
    }
    pinhole_valid_ = false;
    lease_tries_ = failures_ = 0;
    replaced_ = false;
    remaking_ = false;
    set_asking();
    go(Step::add, now);
}

void UpnpWish::lose_pinhole(TimePoint now) {
    pinhole_.clear();
    maybe_there_ = false;
    if (dropping_) return set_gone();
    begin_anew(now);
}

void UpnpWish::give_up(MapFault fault, std::string detail, TimePoint retry_at) {
    busy_ = false;
    if (gone()) return;
    if (dropping_) return set_gone();
    pinhole_valid_ = false;
    set_asking();
    report_.phase = Phase::failed;
    report_.fault = fault;
    report_.detail = std::move(detail);
    report_.retry_at = retry_at;
    go(Step::add, kNever);
}

void UpnpWish::set_external(const IpAddress& address) {
    external_ = address;
    if (!mapped()) return;
    report_.external = pinhole() ? wish_.internal : Endpoint{external_, wish_.external_port};
}

void UpnpWish::set_gone() {
    set_asking();
    report_.phase = Phase::removed;
    go(Step::rest, kNever);
}

void UpnpWish::go(Step step, TimePoint at) {
    step_ = step;
    due_ = at;
}

void UpnpWish::go_look(Why why, TimePoint at) {
    why_ = why;
    go(Step::look, at);
}

}  // namespace homeport::reach
