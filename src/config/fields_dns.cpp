#include "config/fields.hpp"
#include "config/limits.hpp"

/// The settings of the relay as a name server.

namespace homeport::config {

Section dns_section(Dns& dns) {
    constexpr auto kOptional = Need::optional;
    return {"dns",
            false,
            kOptional,
            "The relay as a name server. Without this table it answers no DNS.",
            {{"listen", Need::required, "[\"0.0.0.0:53\", \"[::]:53\"]", "",
              endpoints_rule(dns.listen, false), "Where questions come, over UDP and TCP."},
             {"workers", kOptional, "0", "", count_rule(dns.workers, 0, kMaxDnsWorkers),
              "Threads that answer UDP; 0: one for each processor."},
             {"addresses", kOptional, "[\"198.51.100.20\"]", "names of homes have no address",
              addresses_rule(dns.addresses),
              "What the names of homes answer: addresses of this relay."},
             {"ttl", kOptional, "\"30s\"", "", duration_rule(dns.ttl, 1s, 1h),
              "How long others may keep such an answer; whole seconds."},
             {"udp_bytes", kOptional, "1232", "", count_rule(dns.udp_bytes, 512, 4096),
              "Longest answer over UDP; who wants a longer one comes by TCP."},
             {"rate_limit", kOptional, "50", "", count_rule(dns.rate_limit, 0, kMaxDnsRate),
              "Answers per second to one source that sends no DNS cookie; 0: no limit."}}};
}

Section zone_section(ZoneSource& zone, const std::string& folder, FileReader& files) {
    return {
        "zone",
        true,
        Need::optional,
        "A zone that the relay serves beside the names of homes; the table may be repeated. Its "
        "records stand in a file or here.",
        {{"name", Need::required, "\"example.net\"", "", zone_name_rule(zone.name), "The domain."},
         {"file", Need::optional, "\"/etc/homeport/example.net.zone\"", "none",
          zone_file_rule(zone, folder, files), "Its records as a zone file (RFC 1035)."},
         {"records", Need::optional, "[\"@ NS ns1\", \"ns1 A 198.51.100.20\"]", "none",
          zone_records_rule(zone), "Its records, each as a line of a zone file."}}};
}

}  // namespace homeport::config
