#pragma once
/// For tests: a home in virtual time. One interface, one router that speaks PCP and NAT-PMP
/// (FakeGateway), and STUN and name servers that say what the test wants. Nothing answers HTTP or
/// SSDP.

#include "net/memory_world.hpp"
#include "net/network.hpp"
#include "reach/portmap/fake_gateway.hpp"
#include "reach/wire/stun_testing.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace homeport::reach::testing {

class CountingEntropy final : public net::Entropy {
public:
    void fill(MutableBytes out) override {
        for (std::byte& one : out) one = static_cast<std::byte>(next_++);
    }

private:
    unsigned next_ = 1;
};

class FakeHome final : public net::Network {
public:
    explicit FakeHome(net::memory::ManualLoop& loop) : loop_(loop) {
        gateway.set_boot(loop.now() - 10min);
    }

    FakeGateway gateway;
    std::optional<FakeGateway> second;  ///< behind the first one
    std::vector<std::string> hops;      ///< on the way out
    std::string own = "192.168.1.10";
    bool line = true;  ///< there is a way out at all
    /// What each server says about us, "203.0.113.5:40000"; empty: it is silent.
    std::map<Endpoint, std::string> stun;
    /// What comes back for a datagram to anybody else, and from where; may be empty.
    struct Reply {
        Endpoint from;
        Packet packet;
    };
    std::function<std::vector<Reply>(const Endpoint& to, Bytes datagram)> others;
    std::map<std::string, std::vector<std::string>> hosts;  ///< names and their addresses
    std::size_t asked_router = 0;                           ///< datagrams

    void change() const {
        for (const auto& watch : watches_) watch->on_change();
    }
    /// As a router does that has just started.
    void announce() {
        const Packet packet = gateway.pcp_announcement(loop_.now());
        for (Port* const port : std::set(ports_)) {
            if (port->bound.port != kAnnouncementPort) continue;
            port->sink({gateway.self.address, kGatewayPort}, packet);
        }
    }

    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions&,
                                                  net::AcceptHandler) override {
        struct Nobody final : net::Listener {
            Endpoint at;
            Endpoint local() const override { return at; }
            void pause(bool) override {}
        };
        auto listener = std::make_unique<Nobody>();
        listener->at = {std::get<Endpoint>(address).address, 40000};
        return listener;
    }
    std::unique_ptr<net::Handle> dial(const net::SocketAddress&, const net::DialOptions&,
                                      net::DialHandler on_done) override {
        return later([done = std::make_shared<net::DialHandler>(std::move(on_done))] {
            (*done)(fail(Errc::refused, "nobody listens"));
        });
    }
    std::unique_ptr<net::Handle> resolve(std::string host, net::ResolveHandler on_done) override {
        return later(
            [this, host, done = std::make_shared<net::ResolveHandler>(std::move(on_done))] {
                if (const auto known = hosts.find(host); known != hosts.end()) {
                    std::vector<IpAddress> all;
                    for (const std::string& one : known->second) all.push_back(ip(one));
                    return (*done)(std::move(all));
                }
                const auto address = IpAddress::parse(host);
                if (!address) return (*done)(fail(Errc::not_found, "no such host"));
                (*done)(std::vector{*address});
            });
    }
    std::unique_ptr<net::Handle> watch_changes(std::function<void()> on_change) override {
        auto watch = std::make_unique<Watch>(watches_, std::move(on_change));
        watches_.insert(watch.get());
        return watch;
    }
    Result<std::unique_ptr<net::DatagramPort>> open_datagrams(const Endpoint& local,
                                                              const net::DatagramPortOptions& how,
                                                              net::DatagramSink sink) override {
        auto port = std::make_unique<Port>(*this, local, std::move(sink), how.on_fault);
        ports_.insert(port.get());
        return port;
    }
    Result<std::vector<net::InterfaceAddress>> addresses() override {
        std::vector<net::InterfaceAddress> all;
        if (!line) return all;
        all.push_back(
            {.interface = "eth0", .index = 2, .address = ip(own), .prefix_bits = 24, .up = true});
        return all;
    }
    Result<std::vector<net::Gateway>> gateways() override {
        std::vector<net::Gateway> all;
        if (!line) return all;
        all.push_back({.interface = "eth0", .index = 2, .address = gateway.self.address});
        return all;
    }

private:
    static constexpr Duration kWay = 1ms;
    static constexpr std::uint16_t kAnnouncementPort = 5350;

    struct Watch final : net::Handle {
        Watch(std::set<Watch*>& all, std::function<void()> handler)
            : watches(all), on_change(std::move(handler)) {}
        ~Watch() override { watches.erase(this); }
        std::set<Watch*>& watches;
        std::function<void()> on_change;
    };
    struct Port final : net::DatagramPort {
        Port(FakeHome& owner, const Endpoint& at, net::DatagramSink on_datagram,
             net::DatagramFaultSink fault)
            : home(owner), bound(at), sink(std::move(on_datagram)), on_fault(std::move(fault)) {}
        ~Port() override { home.ports_.erase(this); }
        Endpoint local() const override { return {bound.address, 40001}; }
        Result<> send(const Endpoint& to, Bytes datagram) override {
            home.carry(*this, to, datagram);
            return {};
        }
        Result<> send_with_hops(const Endpoint& to, Bytes, unsigned count) override {
            home.expire(*this, to, count);
            return {};
        }
        FakeHome& home;
        Endpoint bound;
        net::DatagramSink sink;
        net::DatagramFaultSink on_fault;
    };
    /// Something that happens a little later unless it is destroyed before.
    struct Later final : net::Handle {
        Later(net::Loop& loop, std::function<void()> task)
            : what(std::move(task)), timer(loop.timers(), net::call<&Later::run>(this)) {
            timer.arm(loop.now() + kWay);
        }
        void run() { what(); }
        std::function<void()> what;
        net::Timer timer;
    };
    std::unique_ptr<net::Handle> later(std::function<void()> task) {
        return std::make_unique<Later>(loop_, std::move(task));
    }

    void carry(Port& port, const Endpoint& to, Bytes datagram) {
        std::optional<Packet> answer;
        if (to == gateway.self) {
            ++asked_router;
            if (!gateway.quirks.silent) answer = gateway.answer(datagram, loop_.now());
        } else if (second && to == second->self) {
            answer = second->answer(datagram, loop_.now());
        } else if (const auto server = stun.find(to); server != stun.end()) {
            answer = stun_reply(server->second, datagram);
        } else if (others) {
            for (Reply& reply : others(to, datagram)) deliver(port, reply.from, reply.packet);
        }
        if (!answer) return;
        deliver(port, to, std::move(*answer));
    }
    void deliver(Port& port, const Endpoint& from, Packet packet) {
        arrive(port, [from, packet = std::move(packet)](Port& at) { at.sink(from, packet); });
    }
    void expire(Port& port, const Endpoint& to, unsigned count) {
        if (count > hops.size()) return;
        arrive(port, [to, hop = ip(hops[count - 1])](Port& at) {
            at.on_fault(to, {.kind = net::DatagramFault::Kind::hop_limit, .reporter = hop});
        });
    }
    void arrive(Port& port, std::function<void(Port&)> news) {
        auto& slot = arrivals_[++last_arrival_];
        slot = later([this, port = &port, news = std::move(news), id = last_arrival_] {
            // The handle of this very call dies with the loop's next round.
            loop_.post([this, id] { arrivals_.erase(id); });
            if (ports_.contains(port)) news(*port);
        });
    }
    static std::optional<Packet> stun_reply(const std::string& says, Bytes request) {
        if (says.empty() || request.size() < 20) return std::nullopt;
        StunId id{};
        std::copy_n(request.begin() + 8, id.size(), id.begin());
        return stun_answer(id, says);
    }

    net::memory::ManualLoop& loop_;
    std::set<Watch*> watches_;
    std::set<Port*> ports_;
    std::map<std::uint64_t, std::unique_ptr<net::Handle>> arrivals_;
    std::uint64_t last_arrival_ = 0;
};

}  // namespace homeport::reach::testing
