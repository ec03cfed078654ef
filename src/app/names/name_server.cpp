#include "app/name_server.hpp"

#include "app/host.hpp"
#include "app/limits.hpp"
#include "cli/zones.hpp"
#include "net/linux/datagram_workers.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace homeport::app {
namespace {

TimePoint monotonic_now() {
    return TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

UnixSeconds wall_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::size_t worker_count(const config::Dns& settings) {
    if (settings.workers > 0) return settings.workers;
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                   net::kMaxDatagramWorkers);
}

}  // namespace

class NameServer::UdpAnswers final : public net::DatagramHandler {
public:
    UdpAnswers(const dns::ZoneBoard& board, const dns::ResponderOptions& options)
        : responder_(board, options) {}

    void begin_batch() override { responder_.begin_batch(monotonic_now(), wall_now()); }
    std::size_t answer(Bytes request, const Endpoint& from, MutableBytes reply) override {
        return responder_.respond(request, from.address, dns::Transport::udp, reply);
    }
    const dns::ResponderCounters& counters() const { return responder_.counters(); }

private:
    dns::Responder responder_;
};

class NameServer::TcpAnswers final : public dns::MessageHandler {
public:
    TcpAnswers(net::Loop& loop, const dns::ZoneBoard& board, const dns::ResponderOptions& options)
        : loop_(loop), responder_(board, options) {}

    dns::Reply answer(Bytes request, const Endpoint& from, MutableBytes out) override {
        responder_.begin_batch(loop_.now(), loop_.wall());
        return {responder_.respond(request, from.address, dns::Transport::tcp, out), nullptr};
    }
    const dns::ResponderCounters& counters() const { return responder_.counters(); }

private:
    net::Loop& loop_;
    dns::Responder responder_;
};

NameServer::NameServer(const World& world, config::Dns settings)
    : world_(world),
      settings_(std::move(settings)),
      keeper_(board_, world.log, static_cast<std::uint32_t>(to_ms(settings_.ttl) / 1000)),
      publish_(net::call<&NameServer::publish>(this)) {
    world_.entropy.fill(secret_);
}

NameServer::~NameServer() = default;

Result<> NameServer::start(const std::vector<config::ZoneSource>& zones,
                           const std::string& settings_file) {
    if (auto loaded = load(zones, settings_file); !loaded) return loaded;
    publish();
    if (settings_.addresses.empty())
        world_.log.warn("dns.no_address", {{"what", "the names of homes have no address"},
                                           {"remedy", "set addresses in [dns]"}});
    if (zones.empty())
        world_.log.warn("dns.no_zone",
                        {{"what", "every question is refused"}, {"remedy", "add a [[zone]]"}});
    if (auto served = serve_udp(); !served) return served;
    return serve_tcp();
}

dns::ResponderOptions NameServer::responder_options(double rate) const {
    return {.udp_bytes = settings_.udp_bytes, .answers_per_second = rate, .secret = secret_};
}

Result<> NameServer::serve_udp() {
    const std::size_t workers = worker_count(settings_);
    // The kernel spreads sources over the workers, by port: each grants its share.
    const double rate = static_cast<double>(settings_.rate_limit) / static_cast<double>(workers);
    const auto make_handler = [&](std::size_t) {
        auto handler = std::make_unique<UdpAnswers>(board_, responder_options(rate));
        counters_.push_back(&handler->counters());
        return handler;
    };
    auto service = net::serve_datagrams(settings_.listen, workers, make_handler);
    if (!service) return std::unexpected(service.error());
    udp_ = std::move(*service);
    return {};
}

Result<> NameServer::serve_tcp() {
    // Whoever comes over TCP is who it says it is.
    tcp_answers_ = std::make_unique<TcpAnswers>(world_.loop, board_, responder_options(0));
    counters_.push_back(&tcp_answers_->counters());
    dns::TcpLimits limits;
    limits.connections =
        std::min(limits.connections, visitors_by_descriptor_limit() / kVisitorsPerDnsConnection);
    tcp_ = std::make_unique<dns::TcpServer>(world_.loop, world_.network, *tcp_answers_, limits);
    return tcp_->start(udp_->local());
}

Result<> NameServer::load(const std::vector<config::ZoneSource>& sources,
                          const std::string& settings_file) {
    const auto serial = static_cast<std::uint32_t>(world_.loop.wall());
    std::vector<std::shared_ptr<const dns::Zone>> zones;
    for (const config::ZoneSource& source : sources) {
        auto read = cli::read_zone(source, settings_file, serial);
        if (!read) return fail(Errc::invalid, read.error().front().to_string());
        for (const dns::ZoneFault& warning : read->warnings)
            world_.log.warn("dns.zone_mended", {{"where", warning.to_string()}});
        zones.push_back(std::move(read->zone));
    }
    keeper_.load(zones);
    publish_.post(world_.loop);
    return {};
}

void NameServer::set_home(const std::string& agent, const std::vector<HostGlob>& hosts) {
    std::vector<dns::HomeName> names;
    for (const HostGlob& host : hosts) {
        auto name = dns::Name::parse(host.text());
        if (name) names.push_back({std::move(*name), settings_.addresses});
    }
    keeper_.set_home(agent, std::move(names));
    publish_.post(world_.loop);
}

void NameServer::publish() {
    keeper_.commit(world_.loop.wall());
}

DnsFacts NameServer::facts() const {
    DnsFacts facts;
    board_.zones().for_each([&facts](const dns::Zone& zone) {
        facts.zones.push_back({zone.apex().to_text(), zone.serial(), zone.names()});
    });
    for (const dns::ResponderCounters* const counters : counters_) {
        facts.udp += counters->udp.value();
        facts.tcp += counters->tcp.value();
        facts.no_error += counters->no_error.value();
        facts.nx_domain += counters->nx_domain.value();
        facts.refused += counters->refused.value();
        facts.malformed += counters->malformed.value();
        facts.other += counters->other.value();
        facts.truncated += counters->truncated.value();
        facts.limited += counters->limited.value();
        facts.known += counters->known.value();
    }
    return facts;
}

}  // namespace homeport::app
