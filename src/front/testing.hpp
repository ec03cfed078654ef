#pragma once
/// For unit tests of the front: a network and homes whose far ends the test holds.

#include "front/front.hpp"
#include "net/pump_testing.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace homeport::front::testing {

using net::testing::FakeLoop;
using net::testing::KernelStream;
using net::testing::Line;
using net::testing::TunnelStream;

class FakeNetwork final : public net::testing::NoNetwork {
public:
    explicit FakeNetwork(FakeLoop& loop) : loop_(loop) {}

    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions&,
                                                  net::AcceptHandler on_accept) override {
        const Endpoint local = std::get<Endpoint>(address);
        if (taken.contains(local.port) || handlers.contains(local.port)) {
            return fail(Errc::exists, "address in use");
        }
        ++listens;
        handlers[local.port] = std::move(on_accept);
        return std::make_unique<FakeListener>(*this, local);
    }
    /// A visitor comes to `port`.
    std::shared_ptr<Line> connect(std::uint16_t port, std::shared_ptr<Line> line = nullptr) {
        if (!line) line = std::make_shared<Line>(loop_);
        const auto handler = handlers.at(port);
        handler(std::make_unique<KernelStream>(line));
        return line;
    }
    std::shared_ptr<Line> connect_from(std::uint16_t port, std::string_view source) {
        auto line = std::make_shared<Line>(loop_);
        line->peer = {*IpAddress::parse(source), 40000};
        return connect(port, std::move(line));
    }

    std::map<std::uint16_t, net::AcceptHandler> handlers;
    std::map<std::uint16_t, bool> taken;  ///< ports that somebody else has
    int listens = 0;

private:
    class FakeListener final : public net::Listener {
    public:
        FakeListener(FakeNetwork& network, Endpoint local) : network_(network), local_(local) {}
        ~FakeListener() override { network_.handlers.erase(local_.port); }
        Endpoint local() const override { return local_; }
        void pause(bool) override {}

    private:
        FakeNetwork& network_;
        Endpoint local_;
    };

    FakeLoop& loop_;
};

class FakeHomes final : public Homes {
public:
    struct Opened {
        std::string agent;
        std::uint32_t service;
        std::uint16_t port;
        Visitor visitor;
        std::shared_ptr<Line> line;
    };

    explicit FakeHomes(FakeLoop& loop) : loop_(loop) {}

    std::unique_ptr<net::BufferedStream> open(const std::string& agent, std::uint32_t service,
                                              std::uint16_t port, const Visitor& visitor) override {
        auto line = std::make_shared<Line>(loop_);
        if (!establish_at_once) line->start_away();
        line->piece = piece;
        opened.push_back({agent, service, port, visitor, line});
        return std::make_unique<TunnelStream>(line);
    }
    bool up(const std::string&) const override { return is_up; }

    Line& last() { return *opened.back().line; }
    void go_away() {
        is_up = false;
        establish_at_once = false;
    }
    void come_back() {
        is_up = true;
        establish_at_once = true;
        for (const Opened& stream : opened) {
            if (!stream.line->closed()) stream.line->establish();
        }
    }

    std::vector<Opened> opened;
    bool is_up = true;
    bool establish_at_once = true;
    std::size_t piece = SIZE_MAX;

private:
    FakeLoop& loop_;
};

class FakeEntropy final : public net::Entropy {
public:
    void fill(MutableBytes out) override {
        for (std::byte& byte : out) byte = std::byte{7};
    }
};

inline Service http_service(std::string name, std::string_view host, std::uint32_t id = 1) {
    Service service;
    service.id = id;
    service.name = std::move(name);
    service.kind = ServiceKind::http;
    service.hosts = {*HostGlob::parse(host)};
    return service;
}

inline Service tls_service(std::string name, std::string_view host) {
    Service service = http_service(std::move(name), host);
    service.kind = ServiceKind::tls;
    return service;
}

inline Service tcp_service(std::string name, std::uint16_t first, std::uint16_t last = 0) {
    Service service;
    service.id = 9;
    service.name = std::move(name);
    service.ports = PortRange{first, last == 0 ? first : last};
    return service;
}

/// A started front: http on 80, tls on 443, park.wait 30 s.
class World {
public:
    explicit World(Front::Options wanted = {}) : options(std::move(wanted)) {
        options.front.http = {*Endpoint::parse("192.0.2.1:80")};
        options.front.tls = {*Endpoint::parse("192.0.2.1:443")};
        front = std::make_unique<Front>(Front::World{loop, network, entropy, log, pool, homes},
                                        options);
        started = front->start(
            [this](std::unique_ptr<net::Stream> link) { links.push_back(std::move(link)); });
    }
    ~World() {
        links.clear();
        front.reset();
    }

    void publish(std::vector<Service> services, const std::string& agent = "home") {
        results = front->publish(agent, std::move(services));
    }
    /// Visitor sends, the loop runs.
    void say(Line& line, std::string_view text) {
        line.send(text);
        loop.run();
    }
    ServiceStatus status(std::string_view name) {
        for (ServiceStatus& entry : front->status()) {
            if (entry.name == name) return entry;
        }
        return {};
    }

    FakeLoop loop;
    FakeNetwork network{loop};
    FakeHomes homes{loop};
    FakeEntropy entropy;
    NullLog log;
    ChunkPool pool;
    Front::Options options;
    std::unique_ptr<Front> front;
    std::vector<std::unique_ptr<net::Stream>> links;
    std::vector<Result<>> results;
    Result<> started;
};

}  // namespace homeport::front::testing
