#include "config/fields.hpp"
#include "config/limits.hpp"
#include "config/load.hpp"
#include "config/read.hpp"

#include <fmt/format.h>
#include <span>

namespace homeport::config {
namespace {

class NoFiles final : public FileReader {
public:
    Result<std::string> read(const std::string& path, std::size_t) override {
        return fail(Errc::not_found, path);
    }
};

constexpr std::string_view kIntroduction = R"(# Settings

This page is made from the table of settings in the program (src/config/fields.cpp).

A settings file is TOML 1.0 and belongs to one role: it has `[relay]` or `[agent]`. It is a regular
file of at most 1 MiB, with lines of at most 4096 bytes, which neither its group nor others may
write. Durations are strings with a whole number and a unit (`"500ms"`, `"30s"`, `"5m"`, `"2h"`,
`"7d"`), and so are sizes (`"512"`, `"64KiB"`, `"16MiB"`, `"2GiB"`). An address of IPv6 with a port
stands in brackets: `"[2001:db8::1]:80"`. A setting or table that homeport does not know is an
error. `homeport check --config FILE` shows every problem at once, each with its line and its
remedy.
)";

constexpr std::string_view kParkRule = R"(
### How the places for waiting visitors are shared

`per_service` is a hard limit: a service never has more visitors waiting, and the next one is
answered at once with the stand-in page (http) or a reset. A source address may always use
`per_source` of these places while one is free. It may use more only while less than half of the
places of the service are taken. So many visitors behind one address are welcome while there is
room, and one source that takes all it can get leaves half of the places to the others (less, if
`per_source` is more than half).
)";

constexpr std::string_view kZoneRules = R"(
A zone file may have `$ORIGIN`, `$TTL`, comments, parentheses, and data of any type as
`\# LENGTH HEX` (RFC 3597); not `$INCLUDE` and `$GENERATE`. Records without a TTL get 5 minutes
until `$TTL`. A zone needs an NS record at its own name (`@`); a SOA record is made when there is
none. Records of DNSSEC other than DS are refused, because homeport signs by itself. At most 1000
zones, 64 MiB of one zone, 256 MiB of all.
)";

constexpr std::string_view kKeyRules = R"(
A name in `update` stands for itself, `*.dyn.example.net` for every name below `dyn.example.net`.
Each of them is in a zone of this relay; `transfer` may also name the catalog. At most 10000 keys,
each with one of `secret` and `secret_file`, and 100 secondaries.
)";

constexpr std::string_view kServiceRules = R"(
### What a file of services may hold

- Each service has a name of its own. A host belongs to one service of a kind; the same host may be
  an http and a tls service, and `*.example.net` and `a.example.net` may be two. Any number of tcp
  and ftp services may have the same host: to them it is a name for an address. Ports, those of
  `passive` included, do not overlap.
- A tcp service with a direct path has hosts, since nothing else would lead visitors to the home.
- Of ftp, `passive` has at most 64 ports; the server refuses visitors by itself, so there is no
  `allow`, `deny` or `proxy_protocol`.
- `udp` and `https` are kinds of a later version; this one refuses them.
- `allow = []` is refused, because it reads like "nobody": leave `allow` out to let everybody in.
- At most 256 services, 256 hosts of one service, 512 networks in one list; all names, networks and
  stand-in pages of a file together at most 3 MiB.
)";

std::string default_text(const Field& field) {
    if (!field.absent.empty()) return std::string(field.absent);
    if (field.need == Need::required) return "required";
    return fmt::format("`{}`", field.example);
}

void append_section(std::string& page, const Section& section) {
    page += fmt::format("\n### {}\n\n{}\n\n", header(section), section.about);
    page += "| setting | value | default | meaning |\n|---|---|---|---|\n";
    for (const Field& field : section.fields) {
        std::string meaning(field.about);
        const bool shows_example = field.need == Need::required || !field.absent.empty();
        if (shows_example) meaning += fmt::format(" Example: `{}`", field.example);
        page += fmt::format("| `{}` | {} | {} | {} |\n", field.name, field.rule.form,
                            default_text(field), meaning);
    }
}

void append_dns(std::string& page, FileReader& files) {
    Dns dns;
    ZoneSource zone;
    DnsKey key;
    Secondary secondary;
    Names names;
    append_section(page, dns_section(dns));
    append_section(page, zone_section(zone, "", files));
    page += kZoneRules;
    append_section(page, key_section(key, "", files));
    page += kKeyRules;
    append_section(page, secondary_section(secondary));
    append_section(page, names_section(names, ""));
}

}  // namespace

std::string reference_page() {
    Relay relay;
    Agent agent;
    Service service;
    NoFiles files;
    std::string page(kIntroduction);
    page += "\n## Relay\n";
    for (const Section& section : relay_sections(relay)) {
        append_section(page, section);
        if (section.name == "park") page += kParkRule;
    }
    append_dns(page, files);
    page += "\n## Agent\n";
    for (const Section& section : agent_sections(agent)) append_section(page, section);
    append_section(page, service_section(service, "", files));
    page += kServiceRules;
    return page;
}

}  // namespace homeport::config
