#include "dns/sign/chain.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace homeport::dns {
namespace {

/// RFC 4034 section 4.1.2. `types` rise.
void append_bitmap(std::vector<std::byte>& out, std::span<const std::uint16_t> types) {
    for (std::size_t i = 0; i < types.size();) {
        const unsigned window = types[i] >> 8U;
        std::array<std::byte, 32> bits{};
        std::size_t size = 0;
        for (; i < types.size() && types[i] >> 8U == window; ++i) {
            const std::size_t low = types[i] & 0xffU;
            bits[low / 8] |= static_cast<std::byte>(0x80U >> low % 8);
            size = low / 8 + 1;
        }
        out.push_back(static_cast<std::byte>(window));
        out.push_back(static_cast<std::byte>(size));
        out.insert(out.end(), bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(size));
    }
}

/// The nearest. Requires a node below a delegation.
const ZoneNode* cut_above(const Zone::Nodes& nodes, const ZoneNode& node) {
    const ZoneNode* at = &node;
    do at = nodes.find(at->name().parent());
    while (!at->at_cut());
    return at;
}

/// The next node that is not below this one; null: none.
const ZoneNode* beside(const Zone::Nodes& nodes, const ZoneNode& node) {
    const ZoneNode* const next = nodes.after(node.name());
    if (next == nullptr || !next->name().is_at_or_below(node.name())) return next;
    const auto behind = least_behind(node.name(), nodes.first()->name());
    if (!behind) return nullptr;
    const ZoneNode* const exact = nodes.find(*behind);
    return exact != nullptr ? exact : nodes.after(*behind);
}

/// The least octet that sorts behind, capitals being sorted as small letters. Requires one.
char octet_behind(char octet) {
    const int next = to_lower(static_cast<Octet>(octet)) + 1;
    return static_cast<char>(next == 'A' ? 'Z' + 1 : next);
}

}  // namespace

bool is_chained(const ZoneNode& node) {
    if (node.below_cut() || node.empty()) return false;
    return node.sets() > 1 || node.set(0).type != RrType::nsec;
}

bool is_signed_type(const ZoneNode& node, RrType type) {
    return !node.at_cut() || type == RrType::ds || type == RrType::nsec;
}

/// Nodes that are not in the chain are empty non-terminals, at most one per label in a row, or
/// below a delegation, whose own node was passed before.
const ZoneNode& chain_after(const Zone::Nodes& nodes, const ZoneNode& node) {
    const ZoneNode* at = &node;
    do at = at->at_cut() ? beside(nodes, *at) : nodes.after(at->name());
    while (at != nullptr && !is_chained(*at));
    return at != nullptr ? *at : *nodes.first();
}

const ZoneNode& chain_before(const Zone::Nodes& nodes, NameView name) {
    const ZoneNode* at = nodes.before(name);
    while (at != nullptr && !is_chained(*at))
        at = at->below_cut() ? cut_above(nodes, *at) : nodes.before(at->name());
    return at != nullptr ? *at : *nodes.first();
}

std::optional<Name> least_behind(NameView name, NameView apex) {
    for (; name.size() > apex.size(); name = name.parent()) {
        std::string label(as_text(name.label()));
        if (auto longer = Name::child(label + '\0', name.parent())) return longer;
        while (label.ends_with('\xff')) label.pop_back();
        if (label.empty()) continue;
        label.back() = octet_behind(label.back());
        return Name::child(label, name.parent());
    }
    return std::nullopt;
}

std::vector<std::byte> nsec_rdata(const ZoneNode& node, NameView next) {
    std::vector<std::uint16_t> types{static_cast<std::uint16_t>(RrType::rrsig),
                                     static_cast<std::uint16_t>(RrType::nsec)};
    for (std::size_t i = 0; i < node.sets(); ++i) {
        const RrType type = node.set(i).type;
        const bool listed = is_signed_type(node, type) || type == RrType::ns;
        if (listed && type != RrType::nsec) types.push_back(static_cast<std::uint16_t>(type));
    }
    std::ranges::sort(types);
    FixedName lower;  // the same whatever case the neighbour's name came in
    lower.assign_lower(next);
    const Bytes wire = lower.view().wire();
    std::vector<std::byte> rdata(wire.begin(), wire.end());
    append_bitmap(rdata, types);
    return rdata;
}

}  // namespace homeport::dns
