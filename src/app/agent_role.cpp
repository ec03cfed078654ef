#include "app/agent_role.hpp"

#include "app/settings_change.hpp"
#include "cli/relay_question.hpp"
#include "cli/version.hpp"
#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::app {
namespace {

tunnel::Agent::AskDone answer_with(ControlServer::Reply reply) {
    return [reply = std::move(reply)](const Result<>& result) mutable {
        reply(result ? "{}"
                     : control_error(result.error().what, cli::remedy_for_ask(result.error())));
    };
}

/// Empty: it is not there.
std::string text_argument(const ControlRequest& request, std::string_view name) {
    const auto found = request.arguments.find(name);
    if (found == request.arguments.end()) return {};
    const auto* const text = std::get_if<std::string>(&found->second);
    return text == nullptr ? std::string() : *text;
}

}  // namespace

AgentRole::AgentRole(const World& world, std::unique_ptr<net::Security> security,
                     std::string settings_file, config::Agent settings, cli::PairedRelay paired)
    : world_(world),
      security_(std::move(security)),
      settings_file_(std::move(settings_file)),
      settings_(std::move(settings)),
      paired_(std::move(paired)),
      started_(world.loop.now()),
      programs_(world.loop, world.log),
      agent_(agent_world(),
             {.relay_name = paired_.relay,
              .relay = settings_.relay.value_or(paired_.address),
              .relay_key = paired_.key,
              .services = settings_.services,
              .resume = settings_.resume,
              .on_seen = [this](const tunnel::RelaySight& sight) { line_.on_seen(sight); }}),
      line_(agent_world(), line_options()) {
    line_.set_services(settings_.services);
}

tunnel::AgentWorld AgentRole::agent_world() const {
    return {world_.loop, world_.network, *security_, world_.entropy, world_.log, world_.pool};
}

Line::Options AgentRole::line_options() {
    return {
        .settings = settings_.reach,
        .state_dir = settings_.state_dir,
        .relay_name = paired_.relay,
        .relay = settings_.relay.value_or(paired_.address),
        .relay_key = paired_.key,
        .ask =
            [this](tunnel::ProbeQuestion question, tunnel::Agent::AskDone done) {
                agent_.ask_probe(std::move(question), std::move(done));
            },
        .run_program = [this](std::vector<std::string> words) { programs_.run(std::move(words)); }};
}

Result<> AgentRole::start() {
    control_ = std::make_unique<ControlServer>(
        world_.loop, world_.network,
        [this](const ControlRequest& request, ControlServer::Reply reply) {
            answer(request, std::move(reply));
        });
    if (auto opened = control_->start(settings_.control); !opened) return opened;
    agent_.start();
    memory_ = std::make_unique<MemoryKeeper>(
        world_.loop, world_.pool, [this] { return running(); }, give_back_memory);
    world_.log.info("agent.ready",
                    {{"name", paired_.agent},
                     {"version", cli::version()},
                     {"relay", settings_.relay.value_or(paired_.address).to_string()},
                     {"control", settings_.control}});
    return {};
}

ReloadReport AgentRole::reload() {
    auto next = config::load_agent(settings_file_);
    if (!next) {
        ReloadReport report;
        for (const config::Problem& problem : next.error())
            report.problems.push_back(problem.to_string());
        world_.log.error("reload.refused", {{"problem", report.problems.front()},
                                            {"problems", report.problems.size()}});
        return report;
    }
    const ReloadReport report = compare(settings_, *next);
    settings_.log_level = next->log_level;
    world_.log.set_level(next->log_level);
    if (settings_.services != next->services) {
        settings_.services = std::move(next->services);
        board_.keep_only(service_names());
        agent_.reload(settings_.services);
        line_.set_services(settings_.services);
    }
    world_.log.info("reload",
                    {{"changed", fmt::format("{}", fmt::join(report.changed, ","))},
                     {"needs_restart", fmt::format("{}", fmt::join(report.restart, ","))}});
    return report;
}

void AgentRole::begin_stop() {
    world_.log.info("agent.stopping", {{"streams", running()}});
    agent_.announce_stop();
    line_.begin_stop();
}

std::vector<std::string> AgentRole::service_names() const {
    std::vector<std::string> names;
    for (const config::Service& service : settings_.services) names.push_back(service.name);
    return names;
}

RoleFacts AgentRole::facts() const {
    const tunnel::SessionStatus session = agent_.status();
    const bool up = session.state == tunnel::SessionState::up;
    RoleFacts facts{.relay = false,
                    .name = paired_.agent,
                    .uptime = world_.loop.now() - started_,
                    .wall = world_.loop.wall(),
                    .sessions = {session},
                    .services = {},
                    .buffer_bytes = world_.pool.in_use() * kChunkBytes};
    for (const config::Service& service : settings_.services) {
        facts.services.push_back(facts_of(service, up));
    }
    for (const tunnel::AgentServiceStatus& status : agent_.services()) {
        const auto found =
            std::find_if(facts.services.begin(), facts.services.end(),
                         [&](const ServiceFacts& item) { return item.name == status.name; });
        if (found == facts.services.end()) continue;
        found->reason = status.accepted ? std::string() : status.reason;
        if (!status.accepted) found->state = ServiceState::away;
        found->streams = status.streams;
        found->bytes_in = status.bytes_in;
        found->bytes_out = status.bytes_out;
        found->visitors_total = status.visitors_total;
        found->refused_total = status.refused_total;
    }
    return facts;
}

ServiceFacts AgentRole::facts_of(const config::Service& service, bool up) const {
    ServiceFacts facts;
    facts.name = service.name;
    facts.kind = service.kind;
    facts.hosts = service.hosts;
    facts.ports = service.ports;
    facts.state = !up                           ? ServiceState::away
                  : board_.parked(service.name) ? ServiceState::parked
                                                : ServiceState::up;
    return facts;
}

void AgentRole::answer(const ControlRequest& request, ControlServer::Reply reply) {
    if (request.command == "status") return reply(status_json(facts()));
    if (request.command == "ports") return reply(line_json(line_.facts()));
    if (request.command == "reload") return reply(reload_json(reload()));
    if (request.command == "park") return park(request, true, std::move(reply));
    if (request.command == "unpark") return park(request, false, std::move(reply));
    if (request.command == "acme-set") return ask_acme(request, true, std::move(reply));
    if (request.command == "acme-clear") return ask_acme(request, false, std::move(reply));
    reply(control_error(fmt::format("the agent knows no command \"{}\"", request.command),
                        "use status, ports, reload, park, unpark, acme-set or acme-clear"));
}

void AgentRole::park(const ControlRequest& request, bool parked, ControlServer::Reply reply) {
    const bool own = request.home.empty() || request.home == paired_.agent;
    const auto names = service_names();
    if (own && !request.service.empty() &&
        std::ranges::find(names, request.service) == names.end()) {
        return reply(control_error(
            fmt::format("there is no service \"{}\" in the settings", request.service),
            fmt::format("the services are: {}", fmt::join(names, ", "))));
    }
    world_.log.info(parked ? "service.park" : "service.unpark",
                    {{"service", request.service}, {"home", own ? paired_.agent : request.home}});
    if (own) return park_own(request, parked, answer_with(std::move(reply)));
    agent_.ask_park(request.home, request.service, parked, request.answer,
                    answer_with(std::move(reply)));
}

/// The board is for the status: what the names answer is the relay's business.
void AgentRole::park_own(const ControlRequest& request, bool parked, tunnel::Agent::AskDone done) {
    parked ? board_.park(request.service, {}) : board_.unpark(request.service, service_names());
    agent_.park(request.service, parked, request.answer, std::move(done));
}

void AgentRole::ask_acme(const ControlRequest& request, bool present, ControlServer::Reply reply) {
    agent_.ask_challenge(text_argument(request, "host"), text_argument(request, "value"), present,
                         answer_with(std::move(reply)));
}

}  // namespace homeport::app
