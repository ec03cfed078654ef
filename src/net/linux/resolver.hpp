#pragma once
/// Names to addresses by the host's own rules (/etc/hosts, resolv.conf, nsswitch.conf):
/// getaddrinfo() on a few threads, started when first needed. glibc reads a changed resolv.conf
/// anew at every lookup.

#include "net/linux/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace homeport::net {

class Resolver final : private EventSource {
public:
    explicit Resolver(EpollLoop& loop);
    /// Does not wait for lookups in progress: their threads end by themselves, later.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Errors: not_found, timed_out, limit (too many lookups wait). The handle must not outlive
    /// this.
    std::unique_ptr<Handle> resolve(std::string host, ResolveHandler on_done);

private:
    class Lookup;
    struct Shared;
    static void work(const std::shared_ptr<Shared>& shared);
    void on_events(std::uint32_t events) override;
    Result<> ask(std::uint64_t id, const std::string& host);
    Result<> watch_answers();
    bool start_thread();

    EpollLoop& loop_;
    std::shared_ptr<Shared> shared_;
    Registration registration_;
    std::vector<Lookup*> pending_;
    std::uint64_t next_id_ = 0;
    std::size_t threads_ = 0;
};

}  // namespace homeport::net
