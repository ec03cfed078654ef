#pragma once
/// What a check found out.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::dns::check {

/// What somebody says of the name and one type.
struct Answer {
    RrType type{};  ///< CNAME where that was answered instead
    Rcode rcode{};
    std::uint32_t ttl = 0;  ///< seconds; of a resolver those that are left; also of "no such data"
    /// In canonical form and order, each once (RFC 4034 section 6).
    std::vector<std::vector<std::byte>> records;

    /// The same data, whatever the TTL and the words for having none.
    bool same_data(const Answer& other) const {
        return records == other.records && (records.empty() || type == other.type);
    }
};

/// How somebody does; what is his alone stands at it.
enum class State : std::uint8_t {
    current,
    behind,             ///< server: an older serial
    differs,            ///< server: other data with the newest serial, or serials do not compare
    old,                ///< resolver: other data than the servers
    unknown,            ///< resolver: no server answers, so there is nothing to compare with
    silent,             ///< does not answer
    unreachable,        ///< this host has no way there; says nothing of the server
    garbled,            ///< answers with what is no DNS message
    no_tcp,             ///< a long answer does not come
    refused,            ///< REFUSED or NOTAUTH
    failed,             ///< another error: see rcode
    not_authoritative,  ///< server: answers without authority, or does not have the zone
    no_address,         ///< server: its name has none
};

struct Server {
    std::optional<Name> name;  ///< none: given by address
    std::optional<Endpoint> address;
    bool by_parent = false;  ///< in the parent's NS set
    bool by_child = false;   ///< in the zone's own NS set
    State state{};
    std::optional<std::uint32_t> serial;
    std::uint32_t behind_by = 0;  ///< serials
    bool same_answer = false;     ///< as those with the newest serial
    Rcode rcode{};
    std::vector<Answer> answers;  ///< in the order of the types, as far as they came
    Duration took{};              ///< until the answer to the question for SOA
};

struct Resolver {
    Endpoint address;
    State state{};
    std::uint32_t old_seconds = 0;  ///< until it forgets the last old answer
    Rcode rcode{};
    std::vector<Answer> answers;
    Duration took{};
};

struct Report {
    Name name;
    std::vector<RrType> types;
    std::optional<Name> zone;
    std::optional<std::uint32_t> serial;  ///< the newest; none: no server answers as it should
    std::vector<Server> servers;
    std::vector<Resolver> resolvers;
    bool delegation_seen = false;  ///< the parent's servers told their NS set
    std::size_t left_out = 0;      ///< servers beyond kMaxServers
    /// Why there is nothing else; empty: nothing went wrong before the servers were asked.
    std::string problem;

    /// Every server and resolver that can be reached from here answers, and alike.
    bool all_current() const;
};

/// "not_authoritative": the words of JSON.
std::string_view to_string(State state);

}  // namespace homeport::dns::check
