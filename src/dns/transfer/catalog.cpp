#include "dns/transfer/catalog.hpp"

#include "core/text.hpp"

#include <array>
#include <map>

namespace homeport::dns {
namespace {

/// Nobody keeps these records but secondaries, who have them by transfer.
constexpr std::uint32_t kTtl = 0;
/// Seconds, for secondaries that no NOTIFY reached.
constexpr std::uint32_t kRefresh = 3600;
constexpr std::uint32_t kRetry = 600;
constexpr std::uint32_t kExpire = 0x7fffffff;
constexpr std::uint32_t kMinimum = 0;

/// FNV-1a, 64 bits. Enough: the names are those of our own zones, so nobody looks for collisions;
/// among a million of them there is one by chance once in 30 million catalogs; and if there is one
/// it is found, not published.
std::uint64_t hash_name(NameView name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < name.size(); ++i)
        hash = (hash ^ to_lower(name.data()[i])) * 0x100000001b3;
    return hash;
}

std::string label_of(NameView member) {
    std::array<Octet, 8> octets;
    const std::uint64_t hash = hash_name(member);
    store_u32(store_u32(octets.data(), static_cast<std::uint32_t>(hash >> 32)),
              static_cast<std::uint32_t>(hash));
    return to_hex(bytes_of(octets.data(), octets.size()));
}

Result<Name> child(std::string_view label, NameView parent) {
    auto name = Name::child(label, parent);
    if (!name) return fail(Errc::invalid, "catalog zone " + parent.to_text() + ": name too long");
    return std::move(*name);
}

RdataList list_of(Bytes rdata) {
    RdataList list;
    list.add(rdata);
    return list;
}

std::vector<std::byte> soa_rdata(std::uint32_t serial) {
    const Name invalid = Name::parse("invalid.").value();
    std::vector<std::byte> rdata;
    for (int i = 0; i < 2; ++i)
        rdata.insert(rdata.end(), invalid.view().wire().begin(), invalid.view().wire().end());
    std::array<Octet, 20> numbers;
    Octet* at = numbers.data();
    for (const std::uint32_t number : {serial, kRefresh, kRetry, kExpire, kMinimum})
        at = store_u32(at, number);
    const Bytes tail = bytes_of(numbers.data(), numbers.size());
    rdata.insert(rdata.end(), tail.begin(), tail.end());
    return rdata;
}

using Members = std::map<Name, Name, CanonicalLess>;  ///< by owner

Result<Members> members_by_owner(const std::vector<Name>& members, NameView apex) {
    Members all;
    for (const Name& member : members) {
        auto owner = catalog_owner(member, apex);
        if (!owner) return std::unexpected(owner.error());
        const auto [at, is_new] = all.try_emplace(std::move(*owner), member);
        if (!is_new && !(at->second == member))
            return fail(Errc::exists, "catalog zone: " + member.to_text() + " and " +
                                          at->second.to_text() + " have the same label");
    }
    return all;
}

}  // namespace

Result<Name> catalog_owner(NameView member, NameView apex) {
    const auto zones = child("zones", apex);
    if (!zones) return zones;
    return child(label_of(member), *zones);
}

Result<> put_catalog(ZoneEditor& editor, std::uint32_t serial) {
    const Name apex(editor.apex());
    // "invalid." is what RFC 9432 recommends: the NS is there only because every zone has one.
    const Name invalid = Name::parse("invalid.").value();
    auto version = child("version", apex);
    if (!version) return std::unexpected(version.error());
    auto done = editor.replace(apex, RrType::soa, kTtl, list_of(soa_rdata(serial)));
    if (!done) return done;
    done = editor.replace(apex, RrType::ns, kTtl, list_of(invalid.view().wire()));
    if (!done) return done;
    // RFC 9432 section 4.2.1.
    return editor.replace(*version, RrType::txt, kTtl, list_of(as_bytes("\0012")));
}

Result<> set_catalog_members(ZoneEditor& editor, const std::vector<Name>& before,
                             const std::vector<Name>& after) {
    const Name apex(editor.apex());
    const auto wanted = members_by_owner(after, apex);
    if (!wanted) return std::unexpected(wanted.error());
    const auto present = members_by_owner(before, apex);
    if (!present) return std::unexpected(present.error());
    for (const auto& [owner, member] : *present) {
        if (wanted->contains(owner)) continue;
        if (auto done = editor.remove(owner, RrType::ptr); !done) return done;
    }
    for (const auto& [owner, member] : *wanted) {
        const RdataList target = list_of(member.view().wire());
        if (auto done = editor.replace(owner, RrType::ptr, kTtl, target); !done) return done;
    }
    return {};
}

}  // namespace homeport::dns
