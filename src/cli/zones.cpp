#include "cli/zones.hpp"

#include "cli/dns_access.hpp"
#include "config/load.hpp"
#include "net/linux/loop.hpp"
#include "net/tls/tls_server.hpp"

namespace homeport::cli {

std::expected<dns::ReadZone, dns::ZoneFaults> read_zone(const config::ZoneSource& source,
                                                        const std::string& settings_file,
                                                        std::uint32_t serial) {
    const std::string& place = source.file.empty() ? settings_file : source.file;
    auto apex = dns::Name::parse(source.name);
    if (!apex) return std::unexpected(dns::ZoneFaults{{place, 1, apex.error().what, {}}});
    auto read = dns::read_zone(
        {.source = place, .text = source.text, .apex = std::move(*apex), .serial = serial});
    const auto to_place = [&source](dns::ZoneFaults& faults) {
        for (dns::ZoneFault& fault : faults) fault.line = source.line_in_source(fault.line);
    };
    read ? to_place(read->warnings) : to_place(read.error());
    return read;
}

bool zones_good(const config::Relay& relay, const std::string& settings_file,
                const Console& console) {
    bool good = true;
    for (const config::ZoneSource& source : relay.zones) {
        const auto zone = read_zone(source, settings_file, 1);
        if (zone) continue;
        good = false;
        for (const dns::ZoneFault& fault : zone.error()) console.err << fault.to_string() << '\n';
    }
    console.err.flush();
    return good;
}

bool keys_good(const config::Relay& relay, const std::string& settings_file,
               const Console& console) {
    const auto access = make_access(relay.keys);
    if (access) return true;
    const config::Problem problem{settings_file, 1, access.error().what, "correct that table"};
    console.err << problem.to_string() << std::endl;
    return false;
}

bool names_good(const config::Relay& relay, const std::string& settings_file,
                const Console& console) {
    if (!relay.names || relay.names->certificate.empty()) return true;
    net::EpollLoop loop;
    const auto tls = net::TlsServer::load(loop, relay.names->certificate, relay.names->private_key);
    if (tls) return true;
    const config::Problem problem{settings_file, 1, tls.error().what,
                                  "see certificate and private_key in [names]"};
    console.err << problem.to_string() << std::endl;
    return false;
}

}  // namespace homeport::cli
