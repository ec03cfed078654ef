#include "app/settings_change.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::app {
namespace {

template <class T>
void note(std::vector<std::string>& list, const char* key, const T& now, const T& next) {
    if (!(now == next)) list.emplace_back(key);
}

const config::Service* find(const std::vector<config::Service>& services, const std::string& name) {
    const auto found =
        std::find_if(services.begin(), services.end(),
                     [&](const config::Service& service) { return service.name == name; });
    return found == services.end() ? nullptr : &*found;
}

void compare_services(ReloadReport& report, const std::vector<config::Service>& now,
                      const std::vector<config::Service>& next) {
    for (const config::Service& service : next) {
        const config::Service* const old = find(now, service.name);
        if (old == nullptr) {
            report.changed.push_back(fmt::format("service.{} (new)", service.name));
        } else if (!(*old == service)) {
            report.changed.push_back(fmt::format("service.{} (changed)", service.name));
        }
    }
    for (const config::Service& service : now) {
        if (find(next, service.name) == nullptr) {
            report.changed.push_back(fmt::format("service.{} (removed)", service.name));
        }
    }
}

bool is_signed(const std::vector<config::ZoneSource>& zones, const std::string& name) {
    const auto found = std::ranges::find(zones, name, &config::ZoneSource::name);
    return found != zones.end() && found->sign;
}

/// Contents change at once; whether a zone is signed is decided at the start.
void compare_zones(ReloadReport& report, const std::vector<config::ZoneSource>& now,
                   const std::vector<config::ZoneSource>& next) {
    note(report.changed, "zone", now, with_signing_of(now, next));
    for (const config::ZoneSource& zone : next) {
        if (zone.sign != is_signed(now, zone.name))
            report.restart.push_back(fmt::format("zone.sign ({})", zone.name));
    }
}

void compare_resume(ReloadReport& report, const config::Resume& now, const config::Resume& next) {
    note(report.restart, "resume.window", now.window, next.window);
    note(report.restart, "resume.stream_bytes", now.stream_bytes, next.stream_bytes);
    note(report.restart, "resume.session_bytes", now.session_bytes, next.session_bytes);
    note(report.restart, "resume.total_bytes", now.total_bytes, next.total_bytes);
}

}  // namespace

std::vector<config::ZoneSource> with_signing_of(const std::vector<config::ZoneSource>& now,
                                                std::vector<config::ZoneSource> next) {
    for (config::ZoneSource& zone : next) zone.sign = is_signed(now, zone.name);
    return next;
}

ReloadReport compare(const config::Relay& now, const config::Relay& next) {
    ReloadReport report;
    note(report.changed, "log.level", now.log_level, next.log_level);
    note(report.changed, "metrics.listen", now.metrics, next.metrics);
    // Written into tokens by `homeport invite`, which reads the file itself.
    note(report.changed, "relay.public_address", now.public_address, next.public_address);

    compare_zones(report, now.zones, next.zones);

    note(report.restart, "dns", now.dns, next.dns);
    note(report.restart, "key", now.keys, next.keys);
    note(report.restart, "secondary", now.secondaries, next.secondaries);
    note(report.restart, "names", now.names, next.names);
    note(report.restart, "relay.name", now.name, next.name);
    note(report.restart, "relay.state_dir", now.state_dir, next.state_dir);
    note(report.restart, "relay.listen", now.listen, next.listen);
    note(report.restart, "relay.control", now.control, next.control);
    note(report.restart, "front.address", now.front.address, next.front.address);
    note(report.restart, "front.http", now.front.http, next.front.http);
    note(report.restart, "front.tls", now.front.tls, next.front.tls);
    note(report.restart, "front.trusted_proxies", now.front.trusted_proxies,
         next.front.trusted_proxies);
    note(report.restart, "park.wait", now.park.wait, next.park.wait);
    note(report.restart, "park.per_service", now.park.per_service, next.park.per_service);
    note(report.restart, "park.per_source", now.park.per_source, next.park.per_source);
    note(report.restart, "stand_in.directory", now.stand_in_directory, next.stand_in_directory);
    compare_resume(report, now.resume, next.resume);
    return report;
}

ReloadReport compare(const config::Agent& now, const config::Agent& next) {
    ReloadReport report;
    note(report.changed, "log.level", now.log_level, next.log_level);
    compare_services(report, now.services, next.services);
    note(report.restart, "agent.state_dir", now.state_dir, next.state_dir);
    note(report.restart, "agent.control", now.control, next.control);
    note(report.restart, "agent.relay", now.relay, next.relay);
    note(report.restart, "reach", now.reach, next.reach);
    compare_resume(report, now.resume, next.resume);
    return report;
}

}  // namespace homeport::app
