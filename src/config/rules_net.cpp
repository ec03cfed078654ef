#include "config/limits.hpp"
#include "config/rules_list.hpp"

#include <algorithm>
#include <utility>

/// The rules for addresses, names, ports and networks.

namespace homeport::config {
namespace {

/// A name or numeric address, in lower case.
Result<std::string> parse_host(std::string_view text) {
    if (const auto address = IpAddress::parse(text)) return address->to_string();
    const auto name = HostGlob::parse(text);
    if (name && !name->wildcard()) return name->text();
    return fail(Errc::invalid, quoted(text) + " is neither a host name nor a numeric address");
}

Result<HostPort> parse_reachable(std::string_view text) {
    auto pair = HostPort::parse(text);
    if (!pair) return pair;
    auto host = parse_host(pair->host);
    if (!host) return std::unexpected(host.error());
    const auto address = IpAddress::parse(*host);
    if (address && address->is_unspecified()) {
        return fail(Errc::invalid, quoted(text) +
                                       " is no address to connect to; write the name or "
                                       "address that others use");
    }
    return HostPort{std::move(*host), pair->port};
}

Result<Target> parse_target(std::string_view text) {
    constexpr std::string_view kUnix = "unix:";
    Target target;
    if (text.starts_with(kUnix)) {
        target.unix_path = text.substr(kUnix.size());
        if (target.unix_path.starts_with('/') && target.unix_path.size() <= kMaxSocketPathBytes &&
            target.unix_path.find('\0') == std::string::npos) {
            return target;
        }
        return fail(Errc::invalid, quoted(text) +
                                       " is not an absolute path of at most 107 bytes; "
                                       "write for example \"unix:/run/web.sock\"");
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return fail(Errc::invalid, quoted(text) + " has no port; write host:port");
    }
    const auto ports = PortRange::parse(text.substr(colon + 1));
    if (!ports) return std::unexpected(ports.error());
    const auto pair = HostPort::parse(std::string(text.substr(0, colon)) + ":1");
    if (!pair) {
        return fail(Errc::invalid, quoted(text) +
                                       " is not host:port; write an IPv6 address in "
                                       "brackets, as [2001:db8::1]:80");
    }
    auto host = parse_host(pair->host);
    if (!host) return std::unexpected(host.error());
    target.host = std::move(*host);
    target.ports = *ports;
    return target;
}

template <class T>
Rule text_rule(T& into, std::string form, Result<T> (*parse)(std::string_view)) {
    const auto read = [&into, parse](const Node& node, const Place& place) {
        if (auto value = read_text(node, place, parse)) into = std::move(*value);
    };
    return {std::move(form), read};
}

template <class T>
Rule text_rule(std::optional<T>& into, std::string form, Result<T> (*parse)(std::string_view)) {
    const auto read = [&into, parse](const Node& node, const Place& place) {
        if (auto value = read_text(node, place, parse)) into = std::move(*value);
    };
    return {std::move(form), read};
}

}  // namespace

Rule address_rule(IpAddress& into) {
    return text_rule(into, "numeric address", IpAddress::parse);
}

Rule endpoint_rule(std::optional<Endpoint>& into) {
    return text_rule(into, "numeric address and port", Endpoint::parse);
}

Rule peer_rule(Endpoint& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        const auto value = read_text(node, place, Endpoint::parse);
        if (!value) return;
        if (value->address.is_unspecified())
            return place.fault(node, quoted(node.text) + " is no address to connect to");
        into = *value;
    };
    return {"numeric address and port", read};
}

Rule endpoints_rule(std::vector<Endpoint>& into, bool may_be_empty) {
    const auto read = [&into, may_be_empty](const Node& node, const Place& place) {
        auto values = read_list(node, place, Endpoint::parse, kMaxListeners);
        if (!values) return;
        if (values->empty() && !may_be_empty) return place.fault(node, "the list is empty");
        into = std::move(*values);
    };
    return {"list of numeric addresses and ports", read};
}

Rule host_port_rule(HostPort& into) {
    return text_rule(into, "host and port", parse_reachable);
}

Rule host_port_rule(std::optional<HostPort>& into) {
    return text_rule(into, "host and port", parse_reachable);
}

Rule addresses_rule(std::vector<IpAddress>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        auto values = read_list(node, place, IpAddress::parse, kMaxHomeAddresses);
        if (!values) return;
        if (values->empty()) return place.fault(node, "the list is empty");
        for (const IpAddress& address : *values) {
            if (!address.is_unspecified()) continue;
            return place.fault(node, address.to_string() + " is no address to connect to",
                               "write the addresses that visitors use");
        }
        into = std::move(*values);
    };
    return {"list of numeric addresses", read};
}

Rule host_ports_rule(std::vector<HostPort>& into, std::size_t max_items) {
    const auto read = [&into, max_items](const Node& node, const Place& place) {
        auto values = read_list(node, place, parse_reachable, max_items);
        if (values) into = std::move(*values);
    };
    return {"list of host:port, at most " + std::to_string(max_items), read};
}

Rule echo_rule(std::vector<EchoQuestion>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        auto values = read_list(node, place, EchoQuestion::parse, kMaxEchoQuestions);
        if (values) into = std::move(*values);
    };
    return {"list of NAME@SERVER, with \"TXT \" in front where a text is the answer, at most " +
                std::to_string(kMaxEchoQuestions),
            read};
}

Rule networks_rule(std::vector<Cidr>& into, Networks meaning) {
    const auto read = [&into, meaning](const Node& node, const Place& place) {
        auto values = read_list(node, place, Cidr::parse, kMaxNetworks);
        if (!values) return;
        if (values->empty() && meaning == Networks::allow) {
            return place.fault(node, "an empty list allows nobody, which is no service",
                               "leave it out to allow everybody");
        }
        const bool everybody = std::any_of(values->begin(), values->end(),
                                           [](const Cidr& c) { return c.prefix_bits == 0; });
        if (everybody && meaning == Networks::trust) {
            return place.fault(node, "everybody could forge the address of a visitor",
                               "name the load balancers only");
        }
        into = std::move(*values);
    };
    return {"list of networks such as \"192.0.2.0/24\"", read};
}

Rule hosts_rule(std::vector<HostGlob>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        auto values = read_list(node, place, HostGlob::parse, kMaxHosts);
        if (!values) return;
        if (values->empty()) return place.fault(node, "the list is empty");
        into = std::move(*values);
    };
    return {"list of host names, \"*.\" in front stands for every name below", read};
}

Rule ports_rule(std::optional<PortRange>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        Node text = node;
        if (node.type == Node::Type::integer) {
            text.type = Node::Type::text;
            text.text = std::to_string(node.integer);
        }
        if (auto value = read_text(text, place, PortRange::parse)) into = *value;
    };
    return {"port or range such as \"42000-42010\"", read};
}

Rule target_rule(Target& into) {
    return text_rule(into, "host and port (or range), or \"unix:/path\"", parse_target);
}

}  // namespace homeport::config
