#include "app/direct/line_memory.hpp"

#include "cli/state_dir.hpp"
#include "core/base64.hpp"
#include "crypto/digest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace homeport::app {
namespace {

using nlohmann::json;

struct Field {
    const char* name;
    std::string reach::RouterMemory::* text;
};
constexpr std::array<Field, 4> kRouters{{{"pcp_v4", &reach::RouterMemory::pcp_v4},
                                         {"pcp_v6", &reach::RouterMemory::pcp_v6},
                                         {"nat_pmp", &reach::RouterMemory::nat_pmp},
                                         {"upnp", &reach::RouterMemory::upnp}}};

/// Empty: not there, or not base64.
std::vector<std::byte> decoded(const json& object, const char* name) {
    const auto text = object.find(name);
    if (text == object.end() || !text->is_string()) return {};
    return from_base64(text->get<std::string>()).value_or(std::vector<std::byte>());
}

}  // namespace

Result<> LineMemory::open(net::Entropy& entropy) {
    auto loaded = load();
    if (loaded) return {};
    entropy.fill(secret_);
    auto saved = save();
    if (!saved) return saved;
    return loaded.error().code == Errc::not_found ? Result<>() : loaded;
}

Result<> LineMemory::load() {
    const auto text = cli::read_trusted_file(path_, kMaxFileBytes);
    if (!text) return std::unexpected(text.error());
    const json object = json::parse(*text, nullptr, false);
    const std::vector<std::byte> secret =
        object.is_object() ? decoded(object, "secret") : std::vector<std::byte>();
    if (secret.size() != secret_.size())
        return fail(Errc::invalid, path_ + " is damaged; it is begun anew");
    std::ranges::copy(secret, secret_.begin());
    // The rest only makes a start quicker: what cannot be read is left out.
    const json known = object.value("routers", json::object());
    for (const Field& field : kRouters) {
        if (known.is_object()) routers.*field.text = as_text(decoded(known, field.name));
    }
    const auto spans = object.find("addresses");
    if (spans == object.end() || !spans->is_string()) return {};
    if (auto parsed = reach::AddressHistory::parse(spans->get<std::string>()))
        history = std::move(*parsed);
    return {};
}

Result<> LineMemory::save() {
    json object{{"secret", to_base64(secret_)},
                {"routers", json::object()},
                {"addresses", history.to_text()}};
    for (const Field& field : kRouters) {
        object["routers"][field.name] = to_base64(as_bytes(routers.*field.text));
    }
    return cli::write_private_file(path_, object.dump(1));
}

reach::MappingNonce LineMemory::nonce(const reach::UnitPort& port) const {
    const crypto::HmacKey key(crypto::Hash::sha256, secret_);
    crypto::Hmac mac(key);
    mac.update(as_bytes(std::string(to_text(port.transport)) + " " + std::to_string(port.external) +
                        " " + std::to_string(port.internal.port)));
    const crypto::Digest digest = mac.finish();
    reach::MappingNonce nonce;
    std::copy_n(digest.bytes().begin(), nonce.size(), nonce.begin());
    return nonce;
}

}  // namespace homeport::app
