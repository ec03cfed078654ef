#include "config/fields.hpp"

#include "config/limits.hpp"

namespace homeport::config {
namespace {

constexpr auto kRequired = Need::required;
constexpr auto kOptional = Need::optional;
constexpr std::uint64_t kMaxParked = 1'000'000;

Section resume_section(Resume& resume) {
    return {
        "resume",
        false,
        kOptional,
        "How long and with how much memory a visitor's connection outlives its link. When a buffer "
        "is full, the sender is slowed down; nothing is lost.",
        {{"window", kOptional, "\"120s\"", "", duration_rule(resume.window, 1s, 1h),
          "A connection whose link does not come back within this time is reset."},
         {"stream_bytes", kOptional, "\"4MiB\"", "",
          size_rule(resume.stream_bytes, 64 * kKiB, kGiB),
          "Bytes kept for one connection until the other end has them."},
         {"session_bytes", kOptional, "\"64MiB\"", "",
          size_rule(resume.session_bytes, 64 * kKiB, 64 * kGiB),
          "The same for all connections of one agent; at least `stream_bytes`."},
         {"total_bytes", kOptional, "\"512MiB\"", "",
          size_rule(resume.total_bytes, 64 * kKiB, 1024 * kGiB),
          "The same for the whole process; at least `session_bytes`."}}};
}

Section log_section(Level& level) {
    return {"log",
            false,
            kOptional,
            "The log goes to stderr.",
            {{"level", kOptional, "\"info\"", "", level_rule(level),
              "The least important lines that are written."}}};
}

Section relay_section(Relay& relay) {
    return {
        "relay",
        false,
        kRequired,
        "The host with the stable address.",
        {{"name", kOptional, "\"relay\"", "", name_rule(relay.name), "Shown in status and logs."},
         {"state_dir", kRequired, "\"/var/lib/homeport/relay\"", "", path_rule(relay.state_dir),
          "Folder of the relay's key, its agents and their grants."},
         {"listen", kRequired, "[\"0.0.0.0:7843\"]", "", endpoints_rule(relay.listen, false),
          "Where agents connect."},
         {"public_address", kRequired, "\"relay.example.net:7843\"", "",
          host_port_rule(relay.public_address),
          "The address of `listen` as agents reach it; written into tokens."},
         {"control", kOptional, "\"/run/homeport/relay.sock\"", "`control.sock` in `state_dir`",
          socket_rule(relay.control),
          "Unix socket for `homeport status`, `reload` and the other commands."}}};
}

Section front_section(Front& front) {
    return {
        "front",
        false,
        kOptional,
        "Where visitors come.",
        {{"address", kOptional, "\"0.0.0.0\"", "", address_rule(front.address),
          "Where the ports of tcp services open."},
         {"http", kOptional, "[\"0.0.0.0:80\"]", "none", endpoints_rule(front.http, true),
          "Listeners of http services."},
         {"tls", kOptional, "[\"0.0.0.0:443\"]", "none", endpoints_rule(front.tls, true),
          "Listeners of tls services; agents may connect here too."},
         {"trusted_proxies", kOptional, "[]", "",
          networks_rule(front.trusted_proxies, Networks::trust),
          "Load balancers that tell the visitor's address by the PROXY protocol. Nobody else is "
          "believed."}}};
}

Section reach_section(Reach& reach) {
    return {"reach",
            false,
            kOptional,
            "What the agent does about the home's line, for services with a direct path.",
            {{"ports", kOptional, "true", "", flag_rule(reach.ports),
              "Whether it has the router open the ports of these services."},
             {"stun", kOptional, "[\"stun.example.net:3478\"]", "none",
              host_ports_rule(reach.stun, kMaxStunServers),
              "Servers that tell the home its address (STUN, RFC 8489), besides relay and router."},
             {"echo", kOptional, "[\"myip.opendns.com@resolver1.opendns.com\"]", "none",
              echo_rule(reach.echo),
              "Name servers that tell it too: the answer for the name is the address that asked."},
             {"public_networks", kOptional, "[]", "",
              networks_rule(reach.public_networks, Networks::plain),
              "Networks that count as the internet's although their addresses are private; for "
              "laboratories."}}};
}

Section park_section(Park& park) {
    return {
        "park",
        false,
        kOptional,
        "Visitors who come while the home has no link wait in a place of their service.",
        {{"wait", kOptional, "\"30s\"", "", duration_rule(park.wait, 0s, 10min),
          "How long a visitor waits before the stand-in page (http) or a reset answers."},
         {"per_service", kOptional, "1024", "", count_rule(park.per_service, 1, kMaxParked),
          "Places of one service."},
         {"per_source", kOptional, "64", "", count_rule(park.per_source, 1, kMaxParked),
          "Places of one service that one source address may always use; at most `per_service`."}}};
}

}  // namespace

std::vector<Section> relay_sections(Relay& relay) {
    std::vector<Section> sections{relay_section(relay), front_section(relay.front),
                                  park_section(relay.park), resume_section(relay.resume)};
    sections.push_back({"stand_in",
                        false,
                        kOptional,
                        "What http visitors see while a home is away.",
                        {{"directory", kOptional, "\"/etc/homeport/stand-in\"",
                          "built-in page only", path_rule(relay.stand_in_directory),
                          "Folder with a page `HOST.html` for each name, or `default.html`."}}});
    sections.push_back(log_section(relay.log_level));
    sections.push_back(
        {"metrics",
         false,
         kOptional,
         "Counters for Prometheus.",
         {{"listen", kOptional, "\"127.0.0.1:9843\"", "off", endpoint_rule(relay.metrics),
           "Where they are served, as text over http and without a password."}}});
    return sections;
}

std::vector<Section> agent_sections(Agent& agent) {
    std::vector<Section> sections;
    sections.push_back(
        {"agent",
         false,
         kRequired,
         "The home.",
         {{"state_dir", kRequired, "\"/var/lib/homeport/agent\"", "", path_rule(agent.state_dir),
           "Folder of the agent's key and of what it knows about its relay."},
          {"control", kOptional, "\"/run/homeport/agent.sock\"", "`control.sock` in `state_dir`",
           socket_rule(agent.control),
           "Unix socket for `homeport status`, `reload` and the other commands."},
          {"relay", kOptional, "\"relay.example.net:7843\"", "from the token",
           host_port_rule(agent.relay), "Where the relay is, if not where the token says."}}});
    sections.push_back(reach_section(agent.reach));
    sections.push_back(resume_section(agent.resume));
    sections.push_back(log_section(agent.log_level));
    return sections;
}

Section service_section(Service& service, const std::string& folder, FileReader& files) {
    return {
        "service",
        true,
        kOptional,
        "One published service; the table may be repeated. Only the targets that stand here are "
        "ever connected to.",
        {{"name", kRequired, "\"web\"", "", name_rule(service.name),
          "Of your choice; each service has its own."},
         {"kind", kRequired, "\"http\"", "", kind_rule(service.kind),
          "http: by the Host of each request. tls: passed through by the name in the TLS greeting "
          "(SNI), which the relay cannot read further. tcp: by port. ftp: a server at home, "
          "straight "
          "to it."},
         {"hosts", kOptional, "[\"home.example.net\"]", "required for http, tls and ftp",
          hosts_rule(service.hosts),
          "Names of the service; of tcp and ftp: names that answer the address of the service."},
         {"port", kOptional, "\"42000-42010\"", "required for tcp and ftp",
          ports_rule(service.ports),
          "Ports that visitors come to. ftp: one, of the control connection."},
         {"direct", kOptional, "\"never\"", "`\"never\"`; of ftp `\"only\"`",
          direct_rule(service.direct),
          "Whether visitors may come straight to the home, where an outside probe has shown that "
          "they can. never: all come over the relay. auto: over the relay while there is no proof. "
          "only: never over the relay."},
         {"passive", kOptional, "\"42000-42010\"", "required for ftp", ports_rule(service.passive),
          "For ftp: ports of the server's data connections (PASV, EPSV), the same at home and "
          "outside."},
         {"target", kRequired, "\"127.0.0.1:8080\"", "", target_rule(service.target),
          "Where the service runs. A range of ports needs a range of as many ports here; a Unix "
          "socket serves one port."},
         {"proxy_protocol", kOptional, "\"none\"", "", proxy_protocol_rule(service.proxy_protocol),
          "Version of the PROXY protocol header that tells the target who the visitor is."},
         {"inner", kOptional, "\"seal\"", "", inner_rule(service.trust_inner),
          "For tls. seal: what visitors send is encrypted once more on the way, and outlives a "
          "change "
          "of the line like everything else. trust: long transfers leave that encryption for the "
          "visitors' own after 256 KiB, which costs half as much; from then on they end when the "
          "line does, and whoever sits on the way can cut them."},
         {"allow", kOptional, "[\"192.0.2.0/24\"]", "everybody",
          networks_rule(service.allow, Networks::allow), "Visitors who may come."},
         {"deny", kOptional, "[]", "", networks_rule(service.deny, Networks::deny),
          "Visitors who may not; wins over `allow`."},
         {"stand_in", kOptional, "\"web.html\"", "the relay's page",
          stand_in_rule(service.stand_in_html, folder, files),
          "Page that the relay shows while the home is away; http only."},
         {"address_hook", kOptional, "[\"/usr/local/bin/ftp-address\"]", "none",
          command_rule(service.address_hook),
          "For ftp: program that tells the server which address the home has; run at every change, "
          "with the address as its last argument."},
         {"check_login", kOptional, "\"check:secret\"", "anonymous",
          login_rule(service.check_login),
          "For ftp: login for the outside check, of a user who may list a folder and nothing else. "
          "Nobody else may read the settings file then."}}};
}

}  // namespace homeport::config
