#include "dns/tsig/key.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace homeport::dns {
namespace {

using namespace std::string_view_literals;

constexpr std::array kAlgorithms{TsigAlgorithm::sha224, TsigAlgorithm::sha256,
                                 TsigAlgorithm::sha384, TsigAlgorithm::sha512};
/// In the order of crypto::Hash.
constexpr std::array kAlgorithmNames{"\x0bhmac-sha224\0"sv, "\x0bhmac-sha256\0"sv,
                                     "\x0bhmac-sha384\0"sv, "\x0bhmac-sha512\0"sv};

std::string_view wire_name(TsigAlgorithm algorithm) {
    return kAlgorithmNames.at(static_cast<std::size_t>(algorithm));
}

std::string_view order_of(const TsigKey& key) {
    return as_text(key.name().wire());
}

}  // namespace

std::string_view to_text(TsigAlgorithm algorithm) {
    const std::string_view wire = wire_name(algorithm);
    return wire.substr(1, wire.size() - 2);
}

std::optional<TsigAlgorithm> parse_tsig_algorithm(std::string_view text) {
    for (const TsigAlgorithm algorithm : kAlgorithms)
        if (equals_ignoring_case(text, to_text(algorithm))) return algorithm;
    return std::nullopt;
}

NameView name_of(TsigAlgorithm algorithm) {
    const std::string_view wire = wire_name(algorithm);
    return NameView::trusted(octets(as_bytes(wire)), wire.size());
}

Result<TsigKey> TsigKey::make(NameView name, TsigAlgorithm algorithm, Bytes secret) {
    if (secret.size() < kMinTsigSecretBytes || secret.size() > kMaxTsigSecretBytes) {
        return fail(Errc::invalid, "key " + name.to_text() + ": its secret has " +
                                       std::to_string(secret.size()) + " octets; make one of " +
                                       std::to_string(kMinTsigSecretBytes) + " to " +
                                       std::to_string(kMaxTsigSecretBytes));
    }
    FixedName lower;
    lower.assign_lower(name);
    return TsigKey(lower.view(), algorithm, secret);
}

Result<TsigKeys> TsigKeys::make(std::vector<TsigKey> keys) {
    if (keys.size() > kMaxTsigKeys)
        return fail(Errc::limit, "more than " + std::to_string(kMaxTsigKeys) + " keys");
    std::ranges::sort(keys, {}, order_of);
    if (const auto twin = std::ranges::adjacent_find(keys, {}, order_of); twin != keys.end())
        return fail(Errc::exists, "two keys are named " + twin->name().to_text());
    TsigKeys ring;
    ring.keys_ = std::move(keys);
    return ring;
}

const TsigKey* TsigKeys::find(NameView name) const {
    FixedName lower;
    lower.assign_lower(name);
    const std::string_view wanted = as_text(lower.view().wire());
    const auto found = std::ranges::lower_bound(keys_, wanted, {}, order_of);
    return found != keys_.end() && order_of(*found) == wanted ? &*found : nullptr;
}

}  // namespace homeport::dns
