#include "config/fields.hpp"
#include "config/limits.hpp"

/// The settings of the relay as a name server, and of the name service.

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
              "Answers per second to one source that sends no DNS cookie; 0: no limit."},
             {"catalog", kOptional, "\"catalog.example.net\"", "none", zone_name_rule(dns.catalog),
              "Name of a zone that the relay makes: a list of all zones, from which secondaries "
              "learn what to serve (RFC 9432)."},
             {"allow_private", kOptional, "false", "", flag_rule(dns.allow_private),
              "Whether homes that visitors reach straight may be at addresses that the internet "
              "cannot reach; for laboratories and private networks."}}};
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
          zone_records_rule(zone), "Its records, each as a line of a zone file."},
         {"sign", Need::optional, "false", "", flag_rule(zone.sign),
          "Whether answers are signed (DNSSEC, ECDSA P-256, NSEC). The zone above then needs the "
          "DS record."}}};
}

Section key_section(DnsKey& key, const std::string& folder, FileReader& files) {
    constexpr auto kOptional = Need::optional;
    return {
        "key",
        true,
        kOptional,
        "A key that a name server or a program shares with the relay (TSIG, RFC 8945), and what "
        "its holder may do; the table may be repeated. Its secret stands in a file or here.",
        {{"name", Need::required, "\"home-key.example.net\"", "", zone_name_rule(key.name),
          "As the holder calls it."},
         {"algorithm", kOptional, "\"hmac-sha256\"", "", algorithm_rule(key.algorithm),
          "The same at both ends."},
         {"secret", kOptional, "\"BASE64\"", "none", secret_rule(key.secret),
          "What `openssl rand -base64 32` prints. Nobody else may read the settings file then."},
         {"secret_file", kOptional, "\"home.key\"", "none",
          secret_file_rule(key.secret, folder, files),
          "A file that holds the same and that only its owner may read."},
         {"transfer", kOptional, "[\"example.net\"]", "none", transfer_rule(key.transfer),
          "Zones that the holder may fetch (AXFR, IXFR)."},
         {"update", kOptional, "[\"home.example.net\", \"*.dyn.example.net\"]", "none",
          hosts_rule(key.update), "Names that the holder may change (RFC 2136)."},
         {"types", kOptional, "[\"A\", \"AAAA\", \"TXT\"]", "", types_rule(key.types),
          "Which of their records."}}};
}

Section secondary_section(Secondary& secondary) {
    return {"secondary",
            true,
            Need::optional,
            "A name server that fetches zones from the relay and is told at once when one changes "
            "(NOTIFY, RFC 1996); the table may be repeated.",
            {{"address", Need::required, "\"198.51.100.53:53\"", "", peer_rule(secondary.address),
              "Where it is told."},
             {"key", Need::optional, "\"home-key.example.net\"", "not signed",
              zone_name_rule(secondary.key), "Name of the [[key]] that signs what it is told."},
             {"zones", Need::optional, "[\"example.net\"]", "all", zone_names_rule(secondary.zones),
              "What it serves."}}};
}

Section names_section(Names& names, const std::string& folder) {
    constexpr auto kOptional = Need::optional;
    constexpr auto kRequired = Need::required;
    constexpr auto kDay = 24h;
    return {
        "names",
        false,
        kOptional,
        "The name service: people make accounts, take names below zones of this relay, and their "
        "routers and programs move these over http. Without this table there is none.",
        {{"listen", kRequired, "[\"0.0.0.0:443\"]", "", endpoints_rule(names.listen, false),
          "Where requests come."},
         {"zones", kRequired, "[\"dyn.example.net\"]", "", zone_names_rule(names.zones),
          "Below which names are given away: each the name of a [[zone]]."},
         {"certificate", kOptional, "\"names.pem\"", "http without TLS",
          file_path_rule(names.certificate, folder),
          "Certificate with its chain, as PEM. Without it `listen` is loopback, or "
          "`trusted_proxies` stand in front."},
         {"private_key", kOptional, "\"names.key\"", "required with `certificate`",
          file_path_rule(names.private_key, folder), "Its key, as PEM."},
         {"trusted_proxies", kOptional, "[]", "",
          networks_rule(names.trusted_proxies, Networks::trust),
          "Proxies that tell whom a request is from. Nobody else is believed."},
         {"ttl", kOptional, "\"60s\"", "", duration_rule(names.ttl, 1s, 1h),
          "How long others may keep the address of a name; whole seconds."},
         {"quarantine", kOptional, "\"72h\"", "", duration_rule(names.quarantine, 0s, 30 * kDay),
          "So long a new name may point only to where its updates come from."},
         {"names_per_account", kOptional, "5", "",
          count_rule(names.names_per_account, 1, kMaxNamesPerAccount),
          "Names that one account may have."},
         {"sign_up", kOptional, "true", "", flag_rule(names.sign_up),
          "Whether everybody may make an account."},
         {"difficulty", kOptional, "20", "", count_rule(names.difficulty, 8, 32),
          "Bits of the proof of work that a new account costs; one more is twice the work."},
         {"sign_ups_per_day", kOptional, "5", "",
          count_rule(names.sign_ups_per_day, 0, kMaxSignUps),
          "New accounts from one network (an IPv4 /24, an IPv6 /48); 0: any number."},
         {"rate_limit", kOptional, "5", "", count_rule(names.rate_limit, 0, kMaxNamesRate),
          "Requests per second of one source in the long run; 0: any number."},
         {"change_interval", kOptional, "\"30s\"", "", duration_rule(names.change_interval, 0s, 1h),
          "How often a name may change in the long run; ten changes are granted at once."},
         {"expire_after", kOptional, "\"210d\"", "",
          duration_rule(names.expire_after, 7 * kDay, 3650 * kDay),
          "A name that nobody confirmed for so long is removed."},
         {"reserved", kOptional, "[]", "", labels_rule(names.reserved),
          "Names that nobody may take, besides the usual ones such as `www`; `\"shop*\"` stands "
          "for all that start so."},
         {"allow_private", kOptional, "false", "", flag_rule(names.allow_private),
          "Whether names may have addresses that the internet cannot reach; for test networks."}}};
}

}  // namespace homeport::config
