#include "app/name_server.hpp"

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
    if (auto served = serve_udp(); !served) return served;
    return serve_tcp();
}

dns::ResponderOptions NameServer::responder_options(std::size_t workers) const {
    // The kernel spreads sources over the workers, by port: each grants its share.
    return {.udp_bytes = settings_.udp_bytes,
            .answers_per_second =
                static_cast<double>(settings_.rate_limit) / static_cast<double>(workers),
            .secret = secret_};
}

Result<> NameServer::serve_udp() {
    const std::size_t workers = worker_count(settings_);
    const auto make_handler = [&](std::size_t) {
        auto handler = std::make_unique<UdpAnswers>(board_, responder_options(workers));
        counters_.push_back(&handler->counters());
        return handler;
    };
    auto service = net::serve_datagrams(settings_.listen, workers, make_handler);
    if (!service) return std::unexpected(service.error());
    udp_ = std::move(*service);
    return {};
}

Result<> NameServer::serve_tcp() {
    tcp_answers_ = std::make_unique<TcpAnswers>(world_.loop, board_, responder_options(1));
    counters_.push_back(&tcp_answers_->counters());
    tcp_ = std::make_unique<dns::TcpServer>(world_.loop, world_.network, *tcp_answers_);
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
        facts.udp += counters->udp;
        facts.tcp += counters->tcp;
        facts.no_error += counters->no_error;
        facts.nx_domain += counters->nx_domain;
        facts.refused += counters->refused;
        facts.malformed += counters->malformed;
        facts.other += counters->other;
        facts.truncated += counters->truncated;
        facts.limited += counters->limited;
        facts.known += counters->known;
    }
    return facts;
}

}  // namespace homeport::app
