#pragma once
/// What the user asked for, checked as far as the command line alone allows.

#include "core/echo_question.hpp"
#include "core/ip.hpp"
#include "core/service.hpp"
#include "core/time.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace homeport::cli {

struct RunRelay {
    std::string config;
};
struct RunAgent {
    std::string config;
};
struct RunDemo {
    Endpoint listen;        ///< where the browser goes
    std::string state_dir;  ///< empty: a temporary one
};
struct MakeInvite {
    std::string name;
    std::string config;
    Grants grants;
    Duration expires{};
    bool qr = false;
};
struct JoinRelay {
    std::string token;  ///< "-": the first line of standard input
    std::string config;
    bool force = false;
};
struct ListAgents {
    std::string config;
    bool json = false;
};
struct RevokeAgent {
    std::string name;
    std::string config;
    bool release = false;
};
struct CheckSettings {
    std::string config;
};
struct ShowStatus {
    std::string config;
    bool json = false;
};
struct ReloadSettings {
    std::string config;
};
struct ParkService {
    std::string config;
    std::string service;  ///< empty: all
    bool parked = true;   ///< false: unpark
    std::string home{};   ///< whose; empty: the agent's own, or all of a relay
    /// What the names answer meanwhile: "stand-in", "nothing" or addresses with commas between;
    /// empty: "stand-in".
    std::string answer{};
};
/// A challenge of a certificate authority, answered by the name servers of the relay.
struct AskAcme {
    std::string config;
    std::string host;  ///< in lower case, without "_acme-challenge." and "*."
    std::string value;
    bool present = true;  ///< false: taken back
};
/// Looks at the line of this machine: addresses, router, what it is good for.
struct Examine {
    std::vector<HostPort> stun;
    std::vector<Cidr> public_networks;  ///< count as the Internet's besides: for laboratories
    Duration time{};                    ///< after this it tells what it knows
    bool map = true;                    ///< opens ports at the router for a test
    bool json = false;
    std::string config{};  ///< of a paired agent, whose relay dials; empty: the usual place
    std::vector<EchoQuestion> echo{};
};
/// The public addresses of this machine's line.
struct FindAddress {
    std::vector<HostPort> stun;
    std::vector<Cidr> public_networks;  ///< as in Examine
    Duration time{};                    ///< after this an address counts as unknown
    bool watch = false;                 ///< goes on, and tells every change
    bool json = false;
    std::vector<EchoQuestion> echo{};
};
/// What a running agent has open at the router, and what of it was proven from outside.
struct ShowPorts {
    std::string config;
    bool json = false;
};
struct CheckName {
    dns::Name name;
    std::vector<dns::RrType> types;   ///< empty: addresses
    std::vector<Endpoint> servers;    ///< empty: those of the name's zone
    std::vector<Endpoint> resolvers;  ///< empty: those of this host, unless servers are given
    Duration timeout{};               ///< for each question
    bool json = false;
};
struct ShowDs {
    std::string config;
    std::string zone;  ///< empty: all that are signed
    bool json = false;
};
/// What the operator of a name service does, by way of the running relay.
struct OrderNames {
    enum class What : std::uint8_t {
        list,
        accounts,
        show,
        takedown,
        block,
        unblock,
        lock,
        unlock,
        notice,
        evidence,
    };
    What what = What::list;
    std::string config;
    std::string subject;  ///< name, network, account or text; of a list how its names start
    std::string why;
    std::string by;
    bool lock_account = false;
    bool block_network = false;
    std::uint64_t limit = 0;  ///< of lists
    bool json = false;
};
/// A name service as its users see it.
struct NamesPlace {
    std::string url;      ///< checked, without a slash at its end
    std::string ca_file;  ///< empty: the authorities that this host trusts
};
/// Makes an account, or only a token of one.
struct OpenNames {
    NamesPlace place;
    bool sign_up = false;
    std::string account;
    std::string password_file;  ///< empty: the terminal is asked
    std::string token_file;     ///< empty: the token is printed
    std::string name;           ///< the only one that the token may change; empty: all
    std::string label;
};
struct UseNames {
    enum class What : std::uint8_t { create, set, remove, acme, mine, propagation };
    What what = What::mine;
    NamesPlace place;
    std::string token_file;
    std::string name;
    std::string ipv4;  ///< an address, "none", or empty: it stays
    std::string ipv6;
    bool from_here = false;
    bool offline = false;
    std::optional<std::uint64_t> counter;
    std::string value;   ///< for acme
    bool clear = false;  ///< acme: takes the value away; without one all
    bool json = false;
};
struct ShowVersion {};

using Command = std::variant<RunRelay, RunAgent, RunDemo, MakeInvite, JoinRelay, ListAgents,
                             RevokeAgent, CheckSettings, ShowStatus, ReloadSettings, ParkService,
                             AskAcme, Examine, FindAddress, ShowPorts, CheckName, ShowDs,
                             OrderNames, OpenNames, UseNames, ShowVersion>;

}  // namespace homeport::cli
