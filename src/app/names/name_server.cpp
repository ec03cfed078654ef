#include "app/names/name_server.hpp"

#include "app/names/limits.hpp"
#include "cli/dns_access.hpp"
#include "cli/zones.hpp"
#include "net/linux/datagram_workers.hpp"
#include "store/sqlite/sqlite_name_store.hpp"

#include <algorithm>
#include <future>
#include <thread>

namespace homeport::app {
namespace {

std::size_t worker_count(const config::Dns& settings) {
    if (settings.workers > 0) return settings.workers;
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                   net::kMaxDatagramWorkers);
}

void add(DnsFacts& facts, const dns::ResponderCounters& counters) {
    facts.udp += counters.udp.value();
    facts.tcp += counters.tcp.value();
    facts.no_error += counters.no_error.value();
    facts.nx_domain += counters.nx_domain.value();
    facts.refused += counters.refused.value();
    facts.malformed += counters.malformed.value();
    facts.other += counters.other.value();
    facts.truncated += counters.truncated.value();
    facts.limited += counters.limited.value();
    facts.known += counters.known.value();
    facts.forged += counters.forged.value();
}

}  // namespace

NameServer::NameServer(const NamesWorld& world, net::Mailbox& home, const config::Relay& settings,
                       std::size_t visitors)
    : world_(world), home_(home), settings_(*settings.dns), visitors_(visitors) {
    world_.entropy.fill(secret_);
}

/// First those who hand work over, then the one who does it.
NameServer::~NameServer() {
    udp_.reset();
    if (side_) {
        side_->run([this](const NamesWorld&) {
            facts_timer_.reset();
            desk_.reset();
        });
    }
}

Result<> NameServer::start(const config::Relay& settings, const std::string& settings_file) {
    auto zones = read_zones(settings.zones, settings_file);
    if (!zones) return std::unexpected(zones.error());
    auto access = cli::make_access(settings.keys);
    if (!access) return std::unexpected(access.error());
    access_ = std::move(*access);
    if (settings_.addresses.empty())
        world_.log.warn("dns.no_address", {{"what", "the names of homes have no address"},
                                           {"remedy", "set addresses in [dns]"}});
    if (zones->empty())
        world_.log.warn("dns.no_zone",
                        {{"what", "every question is refused"}, {"remedy", "add a [[zone]]"}});
    side_ = std::make_unique<SideThread>(world_.log);
    if (auto opened = open_udp(); !opened) return opened;
    return open_desk(settings, std::move(*zones));
}

dns::ResponderOptions NameServer::responder_options(double rate) const {
    return {.udp_bytes = settings_.udp_bytes,
            .answers_per_second = rate,
            .secret = secret_,
            .access = access_};
}

Result<> NameServer::open_udp() {
    const std::size_t workers = worker_count(settings_);
    // The kernel spreads sources over the workers, by port: each grants its share.
    const double rate = static_cast<double>(settings_.rate_limit) / static_cast<double>(workers);
    const auto waiting = std::make_shared<UdpAnswers::Waiting>(0);
    // Before there is a desk updates are dropped.
    to_desk_ = [this](UpdateRequest request) {
        if (desk_) desk_->update_sink()(std::move(request));
    };
    const auto make_handler = [&](std::size_t) {
        auto handler = std::make_unique<UdpAnswers>(board_, responder_options(rate),
                                                    side_->mailbox(), to_desk_, waiting);
        counters_.push_back(&handler->counters());
        return handler;
    };
    auto service = net::serve_datagrams(settings_.listen, workers, make_handler);
    if (!service) return std::unexpected(service.error());
    udp_ = std::move(*service);
    return {};
}

Result<> NameServer::open_desk(const config::Relay& settings, std::vector<dns::ZoneInput> zones) {
    auto store = store::open_sqlite_names(settings.state_dir + "/names.db");
    if (!store) return std::unexpected(store.error());
    auto state = (*store)->load();
    if (!state) return std::unexpected(state.error());
    Result<> started;
    side_->run([&](const NamesWorld& world) {
        // Whoever comes over TCP is who it says it is: no rate.
        desk_ = std::make_unique<NameDesk>(
            NameDesk::Parts{world, side_->mailbox(), board_, visitors_, responder_options(0)},
            settings, std::move(*store), std::move(*state));
        started = desk_->start(std::move(zones), udp_->local());
        facts_timer_ = std::make_unique<net::Timer>(world.loop.timers(),
                                                    net::call<&NameServer::note_facts>(this));
        loop_ = &world.loop;
    });
    counters_.push_back(&desk_->tcp_counters());
    if (started) await_zones();
    return started;
}

/// Small zones are answered for before the relay says that it is ready; large ones, which take
/// their time to be signed, do not hold the tunnel up.
void NameServer::await_zones() {
    const auto shown = std::make_shared<std::promise<void>>();
    side_->mailbox().send([this, shown] {
        note_facts();
        shown->set_value();
    });
    if (shown->get_future().wait_for(kZonesPatience) == std::future_status::timeout)
        world_.log.info("dns.zones_later", {{"what", "large zones are still being signed"}});
}

/// On the side thread.
void NameServer::note_facts() {
    DnsFacts facts = desk_->facts();
    {
        const std::lock_guard lock(shared_.mutex);
        shared_.facts = std::move(facts);
    }
    facts_timer_->arm(loop_->now() + kFactsAge);
}

Result<std::vector<dns::ZoneInput>> NameServer::read_zones(
    const std::vector<config::ZoneSource>& sources, const std::string& settings_file) const {
    const auto serial = static_cast<std::uint32_t>(world_.loop.wall());
    std::vector<dns::ZoneInput> zones;
    for (const config::ZoneSource& source : sources) {
        auto read = cli::read_zone(source, settings_file, serial);
        if (!read) return fail(Errc::invalid, read.error().front().to_string());
        for (const dns::ZoneFault& warning : read->warnings)
            world_.log.warn("dns.zone_mended", {{"where", warning.to_string()}});
        zones.push_back({std::move(read->zone)});
    }
    return zones;
}

Result<> NameServer::load(const std::vector<config::ZoneSource>& sources,
                          const std::string& settings_file) {
    auto zones = read_zones(sources, settings_file);
    if (!zones) return std::unexpected(zones.error());
    side_->mailbox().send(
        [this, zones = std::move(*zones), to_sign = signed_zones(sources)]() mutable {
            desk_->load(std::move(zones), std::move(to_sign));
        });
    return {};
}

void NameServer::set_home(const std::string& agent, const std::vector<HomeHost>& hosts) {
    std::vector<dns::HomeName> names;
    for (const HomeHost& host : hosts) {
        auto name = dns::Name::parse(host.host.text());
        if (name) names.push_back({std::move(*name), host.view});
    }
    side_->mailbox().send([this, agent, names = std::move(names)]() mutable {
        desk_->set_home(agent, std::move(names));
    });
}

void NameServer::challenge(HomeChallenge challenge, ChallengeDesk::Done done) {
    ChallengeDesk::Done done_at_home = [&home = home_,
                                        done = std::move(done)](Result<> result) mutable {
        home.send([done = std::move(done), result = std::move(result)]() mutable {
            done(std::move(result));
        });
    };
    side_->mailbox().send(
        [this, challenge = std::move(challenge), done = std::move(done_at_home)]() mutable {
            desk_->challenges().take(challenge, std::move(done));
        });
}

void NameServer::carry_out(Order order, OrderReply reply) {
    OrderReply reply_at_home = [&home = home_, reply = std::move(reply)](std::string text) mutable {
        home.send([reply = std::move(reply), text = std::move(text)]() mutable {
            reply(std::move(text));
        });
    };
    side_->mailbox().send(
        [this, order = std::move(order), reply = std::move(reply_at_home)]() mutable {
            desk_->carry_out(std::move(order), std::move(reply));
        });
}

DnsFacts NameServer::facts() const {
    DnsFacts facts;
    {
        const std::lock_guard lock(shared_.mutex);
        facts = shared_.facts;
    }
    for (const dns::ResponderCounters* const counters : counters_) add(facts, *counters);
    return facts;
}

}  // namespace homeport::app
