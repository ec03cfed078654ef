#include "cli/paired_relay.hpp"

#include "cli/limits.hpp"
#include "cli/state_dir.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace homeport::cli {
namespace {

using nlohmann::json;

std::string file_in(const std::string& state_dir) {
    return state_dir + "/relay.json";
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::unexpected<Error> damaged(const std::string& path) {
    return fail(Errc::invalid,
                fmt::format("{} is damaged: pair again with 'homeport join --force'", path));
}

}  // namespace

Result<PairedRelay> load_paired_relay(const std::string& state_dir) {
    const std::string path = file_in(state_dir);
    const auto content = read_trusted_file(path, kMaxPairedRelayBytes);
    if (!content) return std::unexpected(content.error());
    const json object = json::parse(*content, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return damaged(path);

    const auto address = HostPort::parse(text_of(object, "address"));
    const auto key = from_hex(text_of(object, "key"));
    if (!address || !key || key->size() != PublicKey{}.bytes.size()) return damaged(path);
    PairedRelay paired{.address = *address,
                       .key = {},
                       .relay = text_of(object, "relay"),
                       .agent = text_of(object, "agent")};
    std::copy(key->begin(), key->end(), paired.key.bytes.begin());
    return paired;
}

Result<> save_paired_relay(const std::string& state_dir, const PairedRelay& paired) {
    const json object{{"address", paired.address.to_string()},
                      {"key", to_hex(paired.key.bytes)},
                      {"relay", paired.relay},
                      {"agent", paired.agent}};
    const std::string text = object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    return write_private_file(file_in(state_dir), text);
}

}  // namespace homeport::cli
