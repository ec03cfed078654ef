#include "app/relay_role.hpp"

#include "app/host.hpp"
#include "app/settings_change.hpp"
#include "cli/version.hpp"
#include "config/load.hpp"
#include "net/tls/identity.hpp"

#include <fmt/format.h>

namespace homeport::app {
namespace {

bool allows_private(const config::Relay& settings) {
    return (settings.names && settings.names->allow_private) ||
           (settings.dns && settings.dns->allow_private);
}

tunnel::Relay::Options tunnel_options(const config::Relay& settings) {
    const auto first_port = [](const std::vector<Endpoint>& listen) {
        return listen.empty() ? std::uint16_t{0} : listen.front().port;
    };
    return {.name = settings.name,
            .listen = settings.listen,
            .resume = settings.resume,
            .names = settings.dns.has_value(),
            .http_port = first_port(settings.front.http),
            .tls_port = first_port(settings.front.tls)};
}

}  // namespace

RelayRole::RelayRole(const World& world, State state, std::string settings_file,
                     config::Relay settings)
    : world_(world),
      state_(std::move(state)),
      settings_file_(std::move(settings_file)),
      settings_(std::move(settings)),
      started_(world.loop.now()),
      parked_(settings_.state_dir + "/parked.json"),
      publications_({world.loop, world.log, parked_}, allows_private(settings_)),
      probes_({world.loop, world.network, world.entropy, world.log}, allows_private(settings_),
              [this](const std::string& agent, const std::string& service, const IpAddress& address,
                     bool reached) { publications_.on_probe(agent, service, address, reached); }) {
    publications_.hand_probes(
        [this](const std::string& agent, const tunnel::ProbeWish& wish, tunnel::AskDone done) {
            probes_.probe(agent, wish, std::move(done));
        });
    relay_ = std::make_unique<tunnel::Relay>(
        tunnel::Relay::World{world_.loop, world_.network, *state_.security, world_.entropy,
                             world_.log, world_.pool, *state_.store, publications_,
                             [](Bytes secret) { return net::sha256(secret); }},
        tunnel_options(settings_));
    homes_ = std::make_unique<RelayHomes>(*relay_);
    front_ = std::make_unique<front::Front>(
        front::Front::World{world_.loop, world_.network, world_.entropy, world_.log, world_.pool,
                            *homes_},
        front::Front::Options{settings_.front, settings_.park, settings_.stand_in_directory,
                              visitors_by_descriptor_limit()});
    publications_.attach(front_.get());
}

RelayRole::~RelayRole() {
    // Visitors hold streams of the tunnel, so the front goes first, and nobody may call it then.
    control_.reset();
    metrics_.reset();
    publications_.attach(nullptr);
    front_.reset();
}

Result<> RelayRole::start() {
    auto fronted = front_->start(
        [this](std::unique_ptr<net::Stream> stream) { relay_->accept_link(std::move(stream)); });
    if (!fronted) return fronted;
    if (auto opened = start_names(); !opened) return opened;
    publications_.remember();
    if (auto opened = relay_->start(); !opened) return opened;
    publications_.end_of_memory();
    if (auto opened = start_metrics(settings_.metrics); !opened) return opened;
    control_ = std::make_unique<ControlServer>(
        world_.loop, world_.network,
        [this](const ControlRequest& request, ControlServer::Reply reply) {
            answer(request, std::move(reply));
        });
    if (auto opened = control_->start(settings_.control); !opened) return opened;
    memory_ = std::make_unique<MemoryKeeper>(
        world_.loop, world_.pool, [this] { return front_->visitors(); }, give_back_memory);
    world_.log.info(
        "relay.ready",
        {{"name", settings_.name}, {"version", cli::version()}, {"control", settings_.control}});
    return {};
}

/// Before the tunnel, which publishes at once what the store remembers.
Result<> RelayRole::start_names() {
    if (!settings_.dns) return {};
    names_ = std::make_unique<NameServer>(
        NamesWorld{world_.loop, world_.network, world_.entropy, world_.log}, world_.mailbox,
        settings_, visitors_by_descriptor_limit());
    publications_.tell_hosts([this](const std::string& agent, const std::vector<HomeHost>& hosts) {
        names_->set_home(agent, hosts);
    });
    publications_.hand_challenges([this](HomeChallenge challenge, tunnel::Publisher::Done done) {
        names_->challenge(std::move(challenge), std::move(done));
    });
    return names_->start(settings_, settings_file_);
}

Result<> RelayRole::start_metrics(const std::optional<Endpoint>& listen) {
    if (!listen) {
        metrics_.reset();
        return {};
    }
    auto server = std::make_unique<MetricsServer>(world_.loop, world_.network,
                                                  [this] { return metrics_text(facts()); });
    if (auto opened = server->start(*listen); !opened) return opened;
    metrics_ = std::move(server);
    return {};
}

ReloadReport RelayRole::reload() {
    const auto next = config::load_relay(settings_file_);
    if (!next) {
        ReloadReport report;
        for (const config::Problem& problem : next.error())
            report.problems.push_back(problem.to_string());
        world_.log.error("reload.refused", {{"problem", report.problems.front()},
                                            {"problems", report.problems.size()}});
        return report;
    }
    if (auto loaded = reload_zones(*next); !loaded) {
        world_.log.error("reload.refused", {{"problem", loaded.error().what}});
        return {.problems = {loaded.error().what}};
    }
    ReloadReport report = compare(settings_, *next);
    apply(*next, report);
    world_.log.info("reload",
                    {{"changed", fmt::format("{}", fmt::join(report.changed, ","))},
                     {"needs_restart", fmt::format("{}", fmt::join(report.restart, ","))}});
    return report;
}

/// A faulty zone refuses the reload as a whole, before anything else was changed.
Result<> RelayRole::reload_zones(const config::Relay& next) {
    if (!names_ || next.zones == settings_.zones) return {};
    return names_->load(next.zones, settings_file_);
}

void RelayRole::apply(const config::Relay& next, ReloadReport& report) {
    settings_.log_level = next.log_level;
    settings_.public_address = next.public_address;
    settings_.zones = with_signing_of(settings_.zones, next.zones);
    world_.log.set_level(next.log_level);
    if (settings_.metrics == next.metrics) return;
    if (auto opened = start_metrics(next.metrics); !opened) {
        std::erase(report.changed, "metrics.listen");
        report.restart.push_back(fmt::format("metrics.listen ({})", opened.error().what));
        return;
    }
    settings_.metrics = next.metrics;
}

void RelayRole::begin_stop() {
    world_.log.info("relay.stopping", {{"visitors", front_->visitors()}});
    front_->drain();
    relay_->announce_stop();
}

RoleFacts RelayRole::facts() const {
    return {.relay = true,
            .name = settings_.name,
            .uptime = world_.loop.now() - started_,
            .wall = world_.loop.wall(),
            .sessions = relay_->status(),
            .services = publications_.facts(),
            .hosts = publications_.host_facts(),
            .dns = names_ ? std::optional(names_->facts()) : std::nullopt,
            .buffer_bytes = world_.pool.in_use() * kChunkBytes};
}

void RelayRole::answer(const ControlRequest& request, ControlServer::Reply reply) {
    if (!is_order(request.command)) return reply(answer_at_once(request));
    auto order = read_order(request.command, request.arguments);
    if (!order) {
        return reply(control_error(fmt::format("{}: {}", request.command, order.error().what),
                                   "see the arguments of the command in 'homeport names --help'"));
    }
    if (!names_) {
        return reply(control_error("this relay answers no DNS",
                                   "add [dns] and a [[zone]] to its settings and restart it"));
    }
    names_->carry_out(std::move(*order), std::move(reply));
}

std::string RelayRole::answer_at_once(const ControlRequest& request) {
    if (request.command == "status") return status_json(facts());
    if (request.command == "reload") return reload_json(reload());
    if (request.command == "refresh") return refresh();
    if (request.command == "park") return park(request, true);
    if (request.command == "unpark") return park(request, false);
    return control_error(fmt::format("the relay knows no command \"{}\"", request.command),
                         "use status, reload, refresh, park, unpark, dns-ds or names-...");
}

std::string RelayRole::park(const ControlRequest& request, bool parked) {
    tunnel::ParkWish wish{.service = request.service, .parked = parked};
    if (!request.answer.empty()) wish.answer = request.answer;
    const Result<> done = request.home.empty()
                              ? publications_.park_by_operator(request.service, parked)
                              : publications_.park(request.home, wish);
    if (!done) {
        return control_error(done.error().what,
                             done.error().code == Errc::not_found
                                 ? "see 'homeport status' and 'homeport agents' for the names"
                                 : "");
    }
    world_.log.info(parked ? "service.park" : "service.unpark",
                    {{"service", request.service}, {"home", request.home}});
    return "{}";
}

std::string RelayRole::refresh() {
    if (auto done = relay_->refresh(); !done) {
        return control_error(done.error().what, "look at the relay's log and its state directory");
    }
    return "{}";
}

}  // namespace homeport::app
