#include "core/echo_question.hpp"

#include "core/service.hpp"
#include "core/text.hpp"

#include <utility>

namespace homeport {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::string_view kTextPrefix = "TXT ";

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
    return fail(Errc::invalid, "\"" + std::string(text) + "\" " + std::string(why));
}

Result<std::string> parse_name(std::string_view text) {
    const auto name = HostGlob::parse(text);
    if (name && !name->wildcard()) return name->text();
    return wrong(text, "is not a host name");
}

/// The port may be missing: so a lone IPv6 address is no host with a port.
Result<HostPort> split_server(std::string_view text) {
    if (const auto address = IpAddress::parse(text))
        return HostPort{address->to_string(), kDnsPort};
    if (text.find(':') == std::string_view::npos) return HostPort{std::string(text), kDnsPort};
    return HostPort::parse(text);
}

Result<HostPort> parse_server(std::string_view text) {
    auto server = split_server(text);
    if (!server) return server;
    const auto address = IpAddress::parse(server->host);
    if (address && address->is_unspecified()) return wrong(text, "is no address to ask");
    auto host = address ? address->to_string() : parse_name(server->host);
    if (!host) return std::unexpected(host.error());
    return HostPort{std::move(*host), server->port};
}

}  // namespace

Result<EchoQuestion> EchoQuestion::parse(std::string_view text) {
    std::string_view rest = text;
    const bool in_text = equals_ignoring_case(rest.substr(0, kTextPrefix.size()), kTextPrefix);
    if (in_text) rest.remove_prefix(kTextPrefix.size());
    const auto at = rest.find('@');
    if (at == std::string_view::npos)
        return wrong(text,
                     "names no server; write NAME@SERVER, for example "
                     "\"myip.opendns.com@resolver1.opendns.com\"");
    auto name = parse_name(rest.substr(0, at));
    if (!name) return std::unexpected(name.error());
    auto server = parse_server(rest.substr(at + 1));
    if (!server) return std::unexpected(server.error());
    return EchoQuestion{std::move(*name), in_text, std::move(*server)};
}

}  // namespace homeport
