#pragma once

#include "config/settings.hpp"
#include "dns/server/access.hpp"

#include <memory>

namespace homeport::cli {

/// The keys of the settings, as the name server takes them: what `homeport check` complains about.
/// Errors name the key and what is wrong.
Result<std::shared_ptr<const dns::Access>> make_access(const std::vector<config::DnsKey>& keys);

}  // namespace homeport::cli
