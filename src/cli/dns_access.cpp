#include "cli/dns_access.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

std::unexpected<Error> fault(const config::DnsKey& key, std::string_view what) {
    return fail(Errc::invalid, fmt::format("[[key]] \"{}\": {}", key.name, what));
}

Result<std::vector<dns::RrType>> types_of(const config::DnsKey& key) {
    std::vector<dns::RrType> types;
    for (const std::string& text : key.types) {
        const auto type = dns::parse_rr_type(text);
        if (!type || dns::is_meta(*type) || dns::is_made_by_signer(*type))
            return fault(key, fmt::format("\"{}\" in types is no type that updates can change; "
                                          "use for example A, AAAA, TXT",
                                          text));
        types.push_back(*type);
    }
    return types;
}

Result<dns::Name> name_of(const config::DnsKey& key, std::string_view text) {
    auto name = dns::Name::parse(text);
    if (!name) return fault(key, name.error().what);
    return name;
}

Result<dns::KeyRights> rights_of(const config::DnsKey& key) {
    dns::KeyRights rights;
    for (const std::string& zone : key.transfer) {
        if (zone == "*") {
            rights.transfer_all = true;
            continue;
        }
        auto name = name_of(key, zone);
        if (!name) return std::unexpected(name.error());
        rights.transfer.push_back(std::move(*name));
    }
    const auto types = types_of(key);
    if (!types) return std::unexpected(types.error());
    for (const HostGlob& host : key.update) {
        auto name = name_of(key, host.text());
        if (!name) return std::unexpected(name.error());
        dns::UpdateRule rule{std::move(*name), dns::UpdateReach::exact, *types};
        if (host.wildcard())
            rule = {dns::Name(rule.name.view().parent()), dns::UpdateReach::below, *types};
        rights.update.rules.push_back(std::move(rule));
    }
    return rights;
}

Result<dns::Access::Holder> holder_of(const config::DnsKey& key) {
    const auto algorithm = dns::parse_tsig_algorithm(key.algorithm);
    if (!algorithm) return fault(key, fmt::format("unknown algorithm \"{}\"", key.algorithm));
    const auto name = name_of(key, key.name);
    if (!name) return std::unexpected(name.error());
    auto made = dns::TsigKey::make(*name, *algorithm, key.secret);
    if (!made) return fault(key, made.error().what);
    auto rights = rights_of(key);
    if (!rights) return std::unexpected(rights.error());
    return dns::Access::Holder{std::move(*made), std::move(*rights)};
}

}  // namespace

Result<std::shared_ptr<const dns::Access>> make_access(const std::vector<config::DnsKey>& keys) {
    std::vector<dns::Access::Holder> holders;
    for (const config::DnsKey& key : keys) {
        auto holder = holder_of(key);
        if (!holder) return std::unexpected(holder.error());
        holders.push_back(std::move(*holder));
    }
    auto access = dns::Access::make(std::move(holders));
    if (!access) return std::unexpected(access.error());
    return std::make_shared<const dns::Access>(std::move(*access));
}

}  // namespace homeport::cli
