#pragma once
/// Settings as the rest of the program sees them: typed, checked, with defaults filled in. Made by
/// config/load.hpp, handed by value to whoever needs a part.

#include "core/echo_question.hpp"
#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/service.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeport::config {

/// Where a service's bytes go: host and first port, or the path of a Unix socket.
struct Target {
    std::string host;       ///< name or numeric address; empty for a Unix socket
    PortRange ports;        ///< one port, or as many as the service has
    std::string unix_path;  ///< for "unix:/path"
    friend bool operator==(const Target&, const Target&) = default;
};

struct Service {
    std::string name;
    ServiceKind kind = ServiceKind::tcp;
    std::vector<HostGlob> hosts;     ///< http, tls; tcp and ftp: names that only answer addresses
    std::optional<PortRange> ports;  ///< tcp; ftp: one, of the control connection
    Target target;
    ProxyProtocol proxy_protocol = ProxyProtocol::none;
    std::vector<Cidr> allow;    ///< empty: everybody
    std::vector<Cidr> deny;     ///< wins over allow
    std::string stand_in_html;  ///< contents of the stand_in file; empty: the relay's page
    bool trust_inner = false;   ///< tls: the visitors' own encryption is enough for long transfers
    Direct direct = Direct::never;     ///< ftp: always `only`
    std::optional<PortRange> passive;  ///< ftp: ports of its data connections, the same at home
    /// ftp: program and arguments that are run with the home's address as the last argument,
    /// whenever it is another one.
    std::vector<std::string> address_hook;
    std::string check_login;  ///< ftp: "user:password" for the outside check; empty: anonymous
    friend bool operator==(const Service&, const Service&) = default;
};

struct Park {
    Duration wait = 30s;
    std::uint64_t per_service = 1024;  ///< visitors
    std::uint64_t per_source = 64;     ///< visitors; see docs/settings.md for the share rule
    friend bool operator==(const Park&, const Park&) = default;
};

struct Resume {
    Duration window = 120s;
    std::uint64_t stream_bytes = 4ULL << 20;
    std::uint64_t session_bytes = 64ULL << 20;
    std::uint64_t total_bytes = 512ULL << 20;
    friend bool operator==(const Resume&, const Resume&) = default;
};

struct Front {
    IpAddress address;  ///< where ports of tcp services open
    std::vector<Endpoint> http;
    std::vector<Endpoint> tls;
    std::vector<Cidr> trusted_proxies;  ///< senders of PROXY protocol
    friend bool operator==(const Front&, const Front&) = default;
};

/// The relay as a name server.
struct Dns {
    std::vector<Endpoint> listen;      ///< UDP and TCP
    std::uint64_t workers = 0;         ///< threads that answer UDP; 0: one for each processor
    std::vector<IpAddress> addresses;  ///< what names of homes answer; empty: nothing
    Duration ttl = 30s;                ///< of the names of homes; whole seconds
    std::uint64_t udp_bytes = 1232;    ///< longest answer over UDP
    std::uint64_t rate_limit = 50;     ///< answers per second to a source without cookie; 0: any
    std::string catalog;         ///< name of the zone that lists all zones (RFC 9432); empty: none
    bool allow_private = false;  ///< homes may be at addresses that the internet cannot reach
    friend bool operator==(const Dns&, const Dns&) = default;
};

/// A zone that the relay serves. Its text is checked by dns/zonefile, not here.
struct ZoneSource {
    std::string name;  ///< in lower case, without a dot at its end
    std::string file;  ///< where the text is from; empty: from `records` in the settings
    std::string text;  ///< master file format, RFC 1035 section 5
    /// Of `records`: where in the settings file each line of the text stands.
    std::vector<std::size_t> lines;
    bool sign = false;  ///< DNSSEC: ECDSA P-256, NSEC

    /// The line of `file`, or of the settings file, that holds this line of the text (from 1).
    std::size_t line_in_source(std::size_t text_line) const;
    friend bool operator==(const ZoneSource&, const ZoneSource&) = default;
};

/// A secret shared with a name server or with somebody who changes names (TSIG, RFC 8945), and what
/// its holder may do. Names are in lower case, without a dot at their end.
struct DnsKey {
    std::string name;
    std::string algorithm = "hmac-sha256";  ///< or hmac-sha224, hmac-sha384, hmac-sha512
    std::vector<std::byte> secret;          ///< 16 to 512 octets
    std::vector<std::string> transfer;      ///< zones, or "*" alone: all; empty: none
    std::vector<HostGlob> update;           ///< names; a wildcard: those below; empty: none
    std::vector<std::string> types{"A", "AAAA", "TXT"};  ///< for `update`, in upper case
    friend bool operator==(const DnsKey&, const DnsKey&) = default;
};

/// A name server that is told of changes.
struct Secondary {
    Endpoint address;
    std::string key;                 ///< name of a DnsKey; empty: none
    std::vector<std::string> zones;  ///< empty: all
    friend bool operator==(const Secondary&, const Secondary&) = default;
};

/// The name service: people take names below zones of the relay and move them over http.
struct Names {
    std::vector<Endpoint> listen;
    std::vector<std::string> zones;     ///< each one of Relay::zones
    std::string certificate;            ///< path; empty: http without TLS
    std::string private_key;            ///< path; empty when `certificate` is
    std::vector<Cidr> trusted_proxies;  ///< who may tell for whom a request is
    Duration ttl = 60s;                 ///< all durations: whole seconds
    Duration quarantine = 72h;
    std::uint64_t names_per_account = 5;
    bool sign_up = true;                 ///< everybody may make an account
    std::uint64_t difficulty = 20;       ///< bits of the proof of work for an account
    std::uint64_t sign_ups_per_day = 5;  ///< from an IPv4 /24 or IPv6 /48; 0: any number
    std::uint64_t rate_limit = 5;        ///< requests per second of a source; 0: any number
    Duration change_interval = 30s;      ///< between changes of a name, in the long run; 0: none
    Duration expire_after = 210 * 24h;
    std::vector<std::string> reserved;  ///< labels in lower case; "word*": all that start so
    bool allow_private = false;         ///< addresses that the internet cannot reach, too
    friend bool operator==(const Names&, const Names&) = default;
};

struct Relay {
    std::string name = "relay";
    std::string state_dir;
    std::vector<Endpoint> listen;
    HostPort public_address;
    std::string control;  ///< path of the control socket
    Front front;
    Park park;
    Resume resume;
    std::string stand_in_directory;  ///< empty: built-in page only
    Level log_level = Level::info;
    std::optional<Endpoint> metrics;
    std::optional<Dns> dns;              ///< none: no DNS is answered
    std::vector<ZoneSource> zones;       ///< only with `dns`; each name once
    std::vector<DnsKey> keys;            ///< only with `dns`; each name once
    std::vector<Secondary> secondaries;  ///< only with `dns`; each address once
    std::optional<Names> names;          ///< only with `dns`
    friend bool operator==(const Relay&, const Relay&) = default;
};

/// What the agent does about its line.
struct Reach {
    bool ports = true;           ///< has the router open the ports of services with a direct path
    std::vector<HostPort> stun;  ///< asked for our address besides relay and router
    std::vector<EchoQuestion> echo;     ///< name servers asked for it too
    std::vector<Cidr> public_networks;  ///< count as the Internet's: for laboratories
    friend bool operator==(const Reach&, const Reach&) = default;
};

struct Agent {
    std::string state_dir;
    std::string control;
    std::optional<HostPort> relay;  ///< overrides the address from the token
    std::vector<Service> services;
    Resume resume;
    Reach reach;
    Level log_level = Level::info;
    friend bool operator==(const Agent&, const Agent&) = default;
};

}  // namespace homeport::config
