#include "reach/portmap/upnp_devices.hpp"

#include "core/text.hpp"
#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace homeport::reach {
namespace {

constexpr std::string_view kStatus = "GetStatusInfo";
constexpr std::string_view kAddress = "GetExternalIPAddress";
constexpr std::string_view kFirewall = "GetFirewallStatus";

Duration retry_after(int failures) {
    const int doublings = std::clamp(failures - 1, 0, 12);
    return std::min<Duration>(kUpnpDeviceRetry * (1 << doublings), kUpnpDeviceRetryMax);
}

/// Zero and "no" are a no; silence is none.
bool allowed(std::string_view text) {
    return text != "0" && !equals_ignoring_case(text, "false");
}

void take_answer(UpnpCandidate& service, std::string_view action, const SoapAnswer& answer) {
    service.answered = true;
    if (!answer.done()) return;
    if (action == kStatus) {
        service.connected = equals_ignoring_case(answer.value("NewConnectionStatus"), "Connected");
        service.uptime_seconds =
            parse_uint(answer.value("NewUptime"), std::numeric_limits<std::uint32_t>::max());
    } else if (action == kAddress) {
        service.external = told_address(answer.value("NewExternalIPAddress"));
    } else {
        service.firewall_on = allowed(answer.value("FirewallEnabled"));
        service.pinholes_allowed = allowed(answer.value("InboundPinholeAllowed"));
    }
}

/// Some say that they are not connected although they are, so these come last but do come.
int coarse_rank(const UpnpCandidate& service) {
    return (service.gateway ? 2 : 0) + (service.connected ? 1 : 0);
}

int fine_rank(const UpnpCandidate& service, const UpnpOptions& options) {
    const bool sane = service.external.has_value();
    return coarse_rank(service) * 4 + (sane ? 1 : 0) +
           (sane && options.is_public(*service.external) ? 2 : 0);
}

bool same_service(const UpnpCandidate& left, const UpnpCandidate& right) {
    return left.device == right.device && left.service.control == right.service.control;
}

}  // namespace

bool UpnpDevices::found(const UpnpFound& found, TimePoint now) {
    if (found.bye) {
        const bool known = std::ranges::any_of(devices_, [&](const Device& device) {
            return device.found.uuid == found.uuid && !found.uuid.empty() && device.was_usable;
        });
        return known;
    }
    Device* device = same_place(found);
    if (device == nullptr) return add(found, now), false;
    const bool restarted =
        found.boot_id && device->found.boot_id && *found.boot_id != *device->found.boot_id;
    const bool moved = found.location != device->found.location;
    device->found = found;
    if (device->state == State::useless) bring_forward(*device, restarted || moved, now);
    return restarted && device->was_usable;
}

/// A device that could not be used may be usable now; one in use need not be read anew, even if
/// its description has another place.
void UpnpDevices::bring_forward(Device& device, bool changed, TimePoint now) {
    if (!changed && !device.found.gateway) return;
    device.due = std::min(device.due, now + (changed ? kUpnpDeviceRetry : kUpnpPollInterval));
}

UpnpDevices::Device* UpnpDevices::same_place(const UpnpFound& found) {
    const auto same = [&](const Device& device) {
        if (device.found.location == found.location) return true;
        return !found.uuid.empty() && device.found.uuid == found.uuid &&
               device.found.location.at.address == found.location.at.address;
    };
    const auto it = std::ranges::find_if(devices_, same);
    return it == devices_.end() ? nullptr : &*it;
}

void UpnpDevices::add(const UpnpFound& found, TimePoint now) {
    if (devices_.size() == kMaxUpnpDevices && !make_room(found)) return;
    Device device;
    device.number = ++last_number_;
    device.found = found;
    device.due = now;
    devices_.push_back(std::move(device));
}

/// The useless go first, then those that are not at the router.
bool UpnpDevices::make_room(const UpnpFound& found) {
    const auto weight = [&](const Device& device) {
        if (watched(device.number) || device.open_calls > 0) return 2;
        if (device.state == State::useless) return 0;
        return !device.found.gateway && found.gateway ? 1 : 2;
    };
    const auto victim = std::ranges::min_element(devices_, {}, weight);
    if (victim == devices_.end() || weight(*victim) == 2) return false;
    devices_.erase(victim);
    return true;
}

void UpnpDevices::look_again(TimePoint now) {
    for (Device& device : devices_) {
        device.again = true;
        device.due = now;
    }
}

void UpnpDevices::suspect(std::uint64_t number, TimePoint now) {
    Device* device = by_number(number);
    if (device == nullptr || device->state != State::usable) return;
    device->due = std::min(device->due, now + kUpnpSuspectRetry);
}

UpnpDevices::Device* UpnpDevices::by_number(std::uint64_t number) {
    const auto it = std::ranges::find(devices_, number, &Device::number);
    return it == devices_.end() ? nullptr : &*it;
}

bool UpnpDevices::watched(std::uint64_t number) const {
    return std::ranges::find(watched_, number) != watched_.end();
}

bool UpnpDevices::busy() const {
    return std::ranges::any_of(devices_, [](const Device& device) {
        return device.open_calls > 0 || device.state == State::found;
    });
}

bool UpnpDevices::anybody() const {
    return std::ranges::any_of(devices_, &Device::described);
}

bool UpnpDevices::take_changed() {
    return std::exchange(changed_, false);
}

bool UpnpDevices::wants_time(const Device& device) const {
    if (device.open_calls > 0) return false;
    return device.state != State::usable || device.again || device.strikes > 0 ||
           watched(device.number);
}

TimePoint UpnpDevices::deadline() const {
    TimePoint next = kNever;
    for (const Device& device : devices_) {
        if (wants_time(device)) next = std::min(next, device.due);
    }
    return next;
}

void UpnpDevices::on_time(TimePoint now) {
    for (Device& device : devices_) {
        if (!wants_time(device) || now < device.due) continue;
        if (device.state == State::usable) {
            ask_states(device, now);
        } else {
            read(device, now);
        }
    }
}

void UpnpDevices::read(Device& device, TimePoint now) {
    device.state = State::reading;
    device.open_calls = 1;
    const HttpUrl& location = device.found.location;
    calls_.ask(
        {{}, location.at, "GET", location.path, {}, {}}, UpnpCalls::Kind::question,
        [this, number = device.number, location](const Result<HttpReply>& reply, TimePoint then) {
            after_read(number, location, reply, then);
        },
        now);
}

void UpnpDevices::after_read(std::uint64_t number, const HttpUrl& location,
                             const Result<HttpReply>& reply, TimePoint now) {
    Device* device = by_number(number);
    if (device == nullptr) return;
    device->open_calls = 0;
    if (!reply || reply->status != 200) return give_up(*device, now);
    auto description = read_description(reply->body, location);
    device->described = description.has_value();
    if (!description || description->services.empty()) return give_up(*device, now);
    device->services.clear();
    for (UpnpService& service : description->services) {
        UpnpCandidate& candidate = device->services.emplace_back();
        candidate.device = number;
        candidate.name = description->name;
        candidate.location = location;
        candidate.gateway = device->found.gateway;
        candidate.service = std::move(service);
    }
    ask_states(*device, now);
}

void UpnpDevices::ask_states(Device& device, TimePoint now) {
    device.state = State::asking;
    device.again = false;
    device.heard = false;
    for (std::size_t i = 0; i < device.services.size(); ++i) {
        if (device.services[i].service.kind == UpnpService::Kind::firewall) {
            ask_state(device, i, kFirewall, now);
        } else {
            ask_state(device, i, kStatus, now);
            ask_state(device, i, kAddress, now);
        }
    }
}

void UpnpDevices::ask_state(Device& device, std::size_t index, std::string_view action,
                            TimePoint now) {
    ++device.open_calls;
    const SoapCall call{{}, std::string(action), {}};
    calls_.ask(
        http_call(device.services[index].service, call), UpnpCalls::Kind::question,
        [this, number = device.number, index, action](const Result<HttpReply>& reply,
                                                      TimePoint then) {
            after_state(number, index, action, reply, then);
        },
        now);
}

void UpnpDevices::after_state(std::uint64_t number, std::size_t index, std::string_view action,
                              const Result<HttpReply>& reply, TimePoint now) {
    Device* device = by_number(number);
    if (device == nullptr || index >= device->services.size()) return;
    const UpnpOutcome outcome = outcome_of(reply, action);
    if (outcome.answer) {
        device->heard = true;
        take_answer(device->services[index], action, *outcome.answer);
    }
    if (--device->open_calls == 0) end_round(*device, now);
}

void UpnpDevices::end_round(Device& device, TimePoint now) {
    changed_ = true;
    if (!device.heard && (!device.was_usable || ++device.strikes > kUpnpSuspectTries)) {
        return give_up(device, now);
    }
    device.state = State::usable;
    device.was_usable = true;
    device.due = now + kUpnpSuspectRetry;
    if (!device.heard) return;
    if (device.strikes == 0 && watched(device.number)) device.failures = 0;
    device.strikes = 0;
    device.due = device.again ? now : now + kUpnpPollInterval;
}

void UpnpDevices::give_up(Device& device, TimePoint now) {
    changed_ = true;
    device.state = State::useless;
    device.services.clear();
    device.strikes = 0;
    device.was_usable = false;
    device.due = now + retry_after(++device.failures);
}

const UpnpCandidate* UpnpDevices::best_connection(const UpnpCandidate* current) const {
    const UpnpCandidate* best = nullptr;
    const UpnpCandidate* kept = nullptr;
    for (const Device& device : devices_) {
        for (const UpnpCandidate& service : device.services) {
            const bool fits = service.service.kind == UpnpService::Kind::connection &&
                              service.service.control.at.address.is_v4();
            if (!fits || !device.was_usable || !service.answered) continue;
            if (best == nullptr || fine_rank(service, options_) > fine_rank(*best, options_)) {
                best = &service;
            }
            if (current != nullptr && same_service(service, *current)) kept = &service;
        }
    }
    const bool keep = kept != nullptr && coarse_rank(*kept) >= coarse_rank(*best);
    return keep ? kept : best;
}

const UpnpCandidate* UpnpDevices::best_firewall() const {
    const auto rank = [](const UpnpCandidate& service) {
        return (service.service.control.at.address.is_v4() ? 0 : 2) + (service.gateway ? 1 : 0);
    };
    const UpnpCandidate* best = nullptr;
    for (const Device& device : devices_) {
        for (const UpnpCandidate& service : device.services) {
            const bool fits = service.service.kind == UpnpService::Kind::firewall;
            if (!fits || !device.was_usable || !service.answered) continue;
            if (best == nullptr || rank(service) > rank(*best)) best = &service;
        }
    }
    return best;
}

}  // namespace homeport::reach
