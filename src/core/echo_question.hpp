#pragma once
/// A question to a name server that answers with the address it was asked from: at OpenDNS's
/// resolvers the name "myip.opendns.com" stands for the address of whoever asks.

#include "core/ip.hpp"
#include "core/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace homeport {

struct EchoQuestion {
    std::string name;   ///< in lower case, without a final dot
    bool text = false;  ///< the address stands in a TXT record; else in A or AAAA
    HostPort server;    ///< its host in lower case

    /// "NAME@SERVER" or "TXT NAME@SERVER". The server is a host name or a numeric address, with or
    /// without a port; an IPv6 address with one stands in brackets. Error: invalid.
    static Result<EchoQuestion> parse(std::string_view text);
    friend auto operator<=>(const EchoQuestion&, const EchoQuestion&) = default;
};

}  // namespace homeport
