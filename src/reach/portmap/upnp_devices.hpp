#pragma once
/// The UPnP devices of a network: reads their descriptions, asks their services for their state,
/// and says which of them is the one to use. Pure.

#include "core/time.hpp"
#include "reach/portmap/upnp_actions.hpp"
#include "reach/portmap/upnp_calls.hpp"
#include "reach/portmap/upnp_description.hpp"
#include "reach/portmap/upnp_options.hpp"
#include "reach/portmap/upnp_search.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

/// A service and what it says of itself.
struct UpnpCandidate {
    std::uint64_t device = 0;  ///< a number; the same place read anew has the same one
    std::string name;
    HttpUrl location;
    UpnpService service;
    bool gateway = false;
    bool answered = false;   ///< to a question at any time
    bool connected = false;  ///< ConnectionStatus
    std::optional<IpAddress> external;
    std::optional<std::uint64_t> uptime_seconds;
    /// Firewall: what it allows; true where it did not say.
    bool firewall_on = true;
    bool pinholes_allowed = true;
};

class UpnpDevices {
public:
    /// All must outlive this.
    UpnpDevices(const UpnpOptions& options, UpnpCalls& calls) : options_(options), calls_(calls) {}

    /// What a search or a notification told. True: the device that is meant was started anew.
    bool found(const UpnpFound& found, TimePoint now);
    /// Everybody is asked again now.
    void look_again(TimePoint now);
    /// Somebody had no answer of it.
    void suspect(std::uint64_t device, TimePoint now);
    /// Only these are asked for their state from time to time.
    void watch(std::vector<std::uint64_t> devices) { watched_ = std::move(devices); }

    void on_time(TimePoint now);
    TimePoint deadline() const;
    /// Calls are under way that may bring a better choice.
    bool busy() const;
    /// A device has described itself, usable or not.
    bool anybody() const;
    /// Something changed since the last time that this was asked.
    bool take_changed();

    /// For port mappings: at an IPv4 address; those of a gateway first, connected ones first, with
    /// a sane address first. `current` stays unless another one is much better.
    const UpnpCandidate* best_connection(const UpnpCandidate* current) const;
    /// For pinholes: at an IPv6 address if there is one.
    const UpnpCandidate* best_firewall() const;

private:
    enum class State : std::uint8_t {
        found,    ///< to be read at `due`
        reading,  ///< the description
        asking,   ///< the services for their state
        usable,   ///< asked again at `due`, if watched
        useless,  ///< read again at `due`
    };
    struct Device {
        std::uint64_t number = 0;
        UpnpFound found;
        State state = State::found;
        TimePoint due;
        int failures = 0;  ///< times that it was given up
        int strikes = 0;   ///< rounds without any answer since the last one
        int open_calls = 0;
        bool was_usable = false;
        bool described = false;  ///< its description was read once
        bool heard = false;      ///< an answer came in this round
        bool again = false;      ///< asked for by look_again()
        std::vector<UpnpCandidate> services;
    };

    Device* by_number(std::uint64_t number);
    Device* same_place(const UpnpFound& found);
    void add(const UpnpFound& found, TimePoint now);
    bool make_room(const UpnpFound& found);
    void bring_forward(Device& device, bool changed, TimePoint now);
    bool watched(std::uint64_t number) const;
    bool wants_time(const Device& device) const;
    void read(Device& device, TimePoint now);
    void after_read(std::uint64_t number, const HttpUrl& location, const Result<HttpReply>& reply,
                    TimePoint now);
    void ask_states(Device& device, TimePoint now);
    void ask_state(Device& device, std::size_t index, std::string_view action, TimePoint now);
    void after_state(std::uint64_t number, std::size_t index, std::string_view action,
                     const Result<HttpReply>& reply, TimePoint now);
    void end_round(Device& device, TimePoint now);
    void give_up(Device& device, TimePoint now);

    const UpnpOptions& options_;
    UpnpCalls& calls_;
    std::vector<Device> devices_;
    std::vector<std::uint64_t> watched_;
    std::uint64_t last_number_ = 0;
    bool changed_ = false;
};

}  // namespace homeport::reach
