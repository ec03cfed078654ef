/// A settings file is the operator's own, but a broken or hostile one must end in problems, never
/// in a crash: any text, as both roles. What is accepted must hold the rules that the rest of the
/// program relies on.

#include "config/load.hpp"
#include "core/assert.hpp"

#include <cstddef>
#include <cstdint>

namespace {

class OnePage final : public homeport::config::FileReader {
public:
    homeport::Result<std::string> read(const std::string& path, std::size_t) override {
        if (path.ends_with(".html")) return "<p>away</p>";
        return homeport::fail(homeport::Errc::not_found, path);
    }
};

template <class T>
void check_problems(const homeport::config::Loaded<T>& loaded) {
    if (loaded) return;
    HOMEPORT_ASSERT(!loaded.error().empty());
    std::size_t line = 1;
    for (const auto& problem : loaded.error()) {
        HOMEPORT_ASSERT(problem.line >= line && !problem.what.empty() && !problem.remedy.empty());
        HOMEPORT_ASSERT(problem.to_string().find('\n') == std::string::npos);
        line = problem.line;
    }
}

void check_service(const homeport::config::Service& service) {
    using homeport::ServiceKind;
    const bool tcp = service.kind == ServiceKind::tcp;
    HOMEPORT_ASSERT(!service.name.empty());
    HOMEPORT_ASSERT(service.ports.has_value() == tcp && service.hosts.empty() == tcp);
    HOMEPORT_ASSERT(service.target.host.empty() != service.target.unix_path.empty());
    const bool has_ports = service.target.unix_path.empty();
    if (tcp && has_ports) HOMEPORT_ASSERT(service.ports->count() == service.target.ports.count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    OnePage files;
    const auto relay = homeport::config::parse_relay(text, "/etc/relay.toml", files);
    check_problems(relay);
    if (relay) {
        HOMEPORT_ASSERT(!relay->listen.empty() && !relay->control.empty());
        HOMEPORT_ASSERT(relay->resume.total_bytes >= relay->resume.stream_bytes);
    }
    const auto agent = homeport::config::parse_agent(text, "/etc/agent.toml", files);
    check_problems(agent);
    if (agent) {
        for (const auto& service : agent->services) check_service(service);
    }
    check_problems(homeport::config::parse_role(text, "/etc/any.toml"));
    return 0;
}
