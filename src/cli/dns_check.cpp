#include "cli/commands.hpp"
#include "cli/dns_check_text.hpp"
#include "cli/resolv_conf.hpp"
#include "dns/check/checker.hpp"
#include "net/linux/network.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

namespace check = dns::check;

/// What there is too much of; empty: nothing.
std::string excess(const CheckName& command) {
    if (command.servers.size() > check::kMaxServers)
        return fmt::format("more than {} servers", check::kMaxServers);
    if (command.resolvers.size() > check::kMaxResolvers)
        return fmt::format("more than {} resolvers", check::kMaxResolvers);
    if (command.types.size() > check::kMaxTypes)
        return fmt::format("more than {} types", check::kMaxTypes);
    return {};
}

check::Options options_of(const CheckName& command) {
    check::Options options{.name = command.name,
                           .types = command.types,
                           .servers = command.servers,
                           .resolvers = command.resolvers,
                           .timeout = command.timeout};
    if (options.types.empty()) options.types = {dns::RrType::a, dns::RrType::aaaa};
    if (options.servers.empty() && options.resolvers.empty())
        options.resolvers = resolvers_of_host();
    return options;
}

}  // namespace

int run(const CheckName& command, const World& world) {
    const std::string too_much = excess(command);
    if (!too_much.empty()) return world.console.fail(kWrongUsage, too_much, "ask in parts");
    net::EpollLoop loop;
    net::LinuxNetwork network(loop);
    const check::Checker checker(loop, network, world.entropy, options_of(command),
                                 net::call<&net::EpollLoop::stop>(&loop));
    loop.run();
    const check::Report& report = checker.report();
    if (command.json) {
        world.console.out << dns_check_json(report) << '\n';
    } else if (!report.problem.empty()) {
        return world.console.fail(kFailed, report.problem,
                                  "name other resolvers with --resolver, or its servers with "
                                  "--server");
    } else {
        world.console.out << render_dns_check(report);
    }
    return report.all_current() ? kDone : kFailed;
}

}  // namespace homeport::cli
