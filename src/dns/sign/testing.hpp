#pragma once
/// For tests: the key of RFC 6605 section 6.1 and a check of whole signed zones that shares nothing
/// with the signer but the form of what is signed.

#include "core/text.hpp"
#include "dns/sign/rrsig.hpp"
#include "dns/sign/zone_key.hpp"
#include "dns/zone/testing.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace homeport::dns::testing {

inline Octets from_base64(std::string text) {
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return from_base64url(text).value();
}

/// Around the 32 octets of the private number in PKCS#8.
inline crypto::P256Key known_key() {
    Octets der =
        from_hex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420").value();
    const Octets number = from_base64("GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=");
    der.insert(der.end(), number.begin(), number.end());
    return crypto::P256Key::from_pkcs8(der).value();
}

inline bool is_good(const crypto::P256PublicKey& key, NameView owner, const RrsetView& set,
                    const RrsigView& signature) {
    crypto::P256Signature plain;
    if (signature.signature().size() != plain.size()) return false;
    std::ranges::copy(signature.signature(), plain.begin());
    return crypto::verify(key, signing_input(signature.fields(), owner, set), plain);
}

/// The types of an NSEC's bitmap, as text.
inline std::set<std::string> types_of_nsec(Bytes rdata) {
    std::set<std::string> types;
    Reader in(rdata.subspan(NameView::read(rdata)->size()));
    while (in.remaining() > 0) {
        const unsigned window = in.u8();
        const Bytes bits = in.take(in.u8());
        for (std::size_t i = 0; i < bits.size() * 8; ++i)
            if ((bits[i / 8] & std::byte{0x80} >> static_cast<int>(i % 8)) != std::byte{0})
                types.insert(to_text(static_cast<RrType>(window << 8 | i)));
    }
    return types;
}

/// What is wrong with a signed zone, found by looking at all of it; empty: nothing.
class ZoneAudit {
public:
    ZoneAudit(const Zone& zone, const ZoneKey& key, UnixSeconds now)
        : zone_(zone), key_(key), now_(now) {
        zone.nodes().for_each([this](const ZoneNode& node) {
            if (node.find(RrType::ns) && node.name() != zone_.apex()) cuts_.emplace(node.name());
        });
        zone.nodes().for_each([this](const ZoneNode& node) {
            if (has_data(node) && !is_hidden(node.name())) chain_.emplace_back(node.name());
        });
        for (std::size_t i = 0; i < chain_.size(); ++i)
            next_[chain_[i]] = chain_[(i + 1) % chain_.size()];
        zone.nodes().for_each([this](const ZoneNode& node) { look_at(node); });
    }

    std::string faults() const { return faults_; }
    std::size_t signatures() const { return signatures_; }

private:
    static bool has_data(const ZoneNode& node) {
        for (std::size_t i = 0; i < node.sets(); ++i)
            if (node.set(i).type != RrType::nsec) return true;
        return false;
    }
    bool is_hidden(NameView name) const {
        while (name.size() > zone_.apex().size()) {
            name = name.parent();
            if (cuts_.contains(name)) return true;
        }
        return false;
    }
    void fault(NameView owner, const std::string& what) {
        faults_ += owner.to_text() + " " + what + "\n";
    }

    void look_at(const ZoneNode& node) {
        const bool linked = next_.contains(node.name());
        const bool cut = cuts_.contains(node.name());
        std::set<std::string> expected;
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrsetView set = node.set(i);
            const bool is_signed =
                linked && (!cut || set.type == RrType::ds || set.type == RrType::nsec);
            if (is_signed || (linked && set.type == RrType::ns)) expected.insert(to_text(set.type));
            look_at(node.name(), set, is_signed);
        }
        expected.insert("RRSIG");
        const RrsetView nsec = node.find(RrType::nsec);
        if (static_cast<bool>(nsec) != linked)
            return fault(node.name(), "NSEC too many or too few");
        if (!nsec) return;
        const Bytes rdata = nsec.records.front();
        const NameView next = *NameView::read(rdata);
        if (next != next_.at(Name(node.name()))) fault(node.name(), "leads to " + next.to_text());
        if (types_of_nsec(rdata) != expected) fault(node.name(), "has a wrong bitmap");
    }

    void look_at(NameView owner, const RrsetView& set, bool is_signed) {
        if (set.signatures.count() != (is_signed ? 1U : 0U))
            return fault(owner, to_text(set.type) + " signatures too many or too few");
        if (!is_signed) return;
        ++signatures_;
        const RrsigView signature(set.signatures.front());
        if (!is_good(key_.public_key(), owner, set, signature))
            fault(owner, to_text(set.type) + " signature is bad");
        const bool fits = signature.key_tag() == key_.tag() && signature.covered() == set.type &&
                          signature.signer() == zone_.apex() && signature.algorithm() == 13 &&
                          signature.original_ttl() == set.ttl && signature.inception() < now_ &&
                          signature.expiration() > now_;
        if (!fits) fault(owner, to_text(set.type) + " signature does not fit");
    }

    const Zone& zone_;
    const ZoneKey& key_;
    UnixSeconds now_;
    std::set<Name, CanonicalLess> cuts_;
    std::vector<Name> chain_;
    std::map<Name, Name, CanonicalLess> next_;
    std::string faults_;
    std::size_t signatures_ = 0;
};

}  // namespace homeport::dns::testing
