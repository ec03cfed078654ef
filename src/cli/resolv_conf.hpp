#pragma once
/// The resolvers that this host uses.

#include "core/ip.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace homeport::cli {

/// Those of a text in the form of resolv.conf(5), at most three as there; this host when it names
/// none. Addresses with a zone (fe80::1%eth0) are left out.
std::vector<Endpoint> resolvers_in(std::string_view text);
/// Those of /etc/resolv.conf.
std::vector<Endpoint> resolvers_of_host();

}  // namespace homeport::cli
