#pragma once
/// Asks the kernel for addresses and default routes (rtnetlink(7)). It answers within the call, so
/// nothing blocks.

#include "core/result.hpp"
#include "net/interfaces.hpp"

#include <vector>

namespace homeport::net {

/// See Network::addresses() and gateways().
Result<std::vector<InterfaceAddress>> read_addresses();
Result<std::vector<Gateway>> read_gateways();

}  // namespace homeport::net
