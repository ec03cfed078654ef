#pragma once
/// Everything between the hosts: paths with delay, bandwidth and loss, routers with address
/// translation, and names. Build the hosts here; they live as long as the wire.

#include "core/ip.hpp"
#include "sim/world/host.hpp"
#include "sim/world/router.hpp"
#include "sim/world/simulation.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::sim {

/// One direction between two hosts.
struct Path {
    Duration delay = 5ms;
    Duration jitter{};                   ///< up to this much more, per segment; order is kept
    std::uint64_t bytes_per_second = 0;  ///< 0: no limit
    double loss = 0;                     ///< share of segments that need 200 ms, 400 ms ... more
    bool blocked = false;                ///< a black hole: what is on the way is lost as well

    TimePoint free_at{};  ///< kept by Wire: when the last segment has left
};

class Wire {
public:
    explicit Wire(Simulation& simulation) : simulation_(simulation) {}
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    Simulation& simulation() { return simulation_; }
    Host& add_host(std::string name, HostOptions options);
    /// A host with one address in text form.
    Host& add_host(std::string name, std::string_view address);
    Router& add_router(std::string name, std::string_view external);
    const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }

    /// What new paths start as; those within a host take 20 us.
    Path& default_path() { return default_path_; }
    Path& path(const Host& from, const Host& to);
    /// Black hole in both directions, or the end of it.
    void cut(const Host& a, const Host& b, bool blocked = true);
    void heal(const Host& a, const Host& b) { cut(a, b, false); }
    /// A box on the path answers every connection between the two with RST, at both ends.
    void reset_connections(Host& a, Host& b);

    void set_name(const std::string& name, std::vector<IpAddress> addresses);
    void forget_name(const std::string& name) { names_.erase(name); }
    /// While true, every lookup runs into its timeout.
    void fail_lookups(bool failing) { lookups_fail_ = failing; }
    /// nullptr: no such name.
    const std::vector<IpAddress>* lookup(const std::string& name) const;
    bool lookups_fail() const { return lookups_fail_; }

    // Used by Socket, Host and Router.
    Host* owner_of(const IpAddress& address, Host& asking) const;
    /// Sends; returns when the answer can be back (also for what was lost on the way).
    TimePoint send(const std::shared_ptr<Socket>& from, const Segment& segment);
    /// The address that `socket`'s other end sees.
    Endpoint seen_from_outside(const Socket& socket) const;
    bool host_is_online(const Host& host) const;
    std::uint64_t next_socket_id() { return ++socket_ids_; }
    /// Nobody listens at this port of `host`: RST.
    void refuse(const std::shared_ptr<Socket>& client, Host& host) {
        answer_reset(client, host, path(host, client->host()).delay);
    }
    /// False once the hosts are being destroyed: nothing is sent any more.
    bool alive() const { return alive_; }

private:
    enum class Verdict : std::uint8_t { pass, drop, reset };
    Verdict leaves(Socket& from, const Segment& segment);
    Verdict enters(const Socket& from, Host& to);
    bool outside(const Socket& socket) const;
    void arrive(const std::shared_ptr<Socket>& from, Host& to, const Segment& segment);
    void answer_reset(const std::shared_ptr<Socket>& to, Host& from, Duration delay);
    Duration travel(Path& path, const Segment& segment);

    Simulation& simulation_;
    bool alive_ = true;
    std::vector<std::unique_ptr<Router>> routers_;
    std::vector<std::unique_ptr<Host>> hosts_;
    Path default_path_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Path> paths_;
    std::map<std::string, std::vector<IpAddress>> names_;
    bool lookups_fail_ = false;
    std::uint64_t socket_ids_ = 0;
};

}  // namespace homeport::sim
