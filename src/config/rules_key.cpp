#include "config/limits.hpp"
#include "config/rules_list.hpp"
#include "core/base64.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <utility>

/// The rules for keys of DNS and for labels.

namespace homeport::config {
namespace {

constexpr std::string_view kMakeSecret = "make one with: openssl rand -base64 32";

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// No message here quotes the text: messages end up in logs.
void store_secret(std::vector<std::byte>& into, std::string_view text, const Node& node,
                  const Place& place) {
    auto secret = from_base64(text);
    if (!secret) return place.fault(node, "what stands there is not base64", kMakeSecret);
    if (secret->size() < kMinSecretBytes || secret->size() > kMaxSecretBytes) {
        return place.fault(node, "the secret has " + std::to_string(secret->size()) + " octets",
                           "allowed are " + std::to_string(kMinSecretBytes) + " to " +
                               std::to_string(kMaxSecretBytes) + "; " + std::string(kMakeSecret));
    }
    into = std::move(*secret);
}

std::string_view without_end_of_line(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

Result<std::string> parse_type(std::string_view text) {
    std::string type(text);
    if (type.empty() || type.size() > kMaxTypeBytes ||
        !std::ranges::all_of(type, is_letter_or_digit)) {
        return fail(Errc::invalid, quoted(text) + " is not a type of records");
    }
    const auto upper = [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    };
    std::ranges::transform(type, type.begin(), upper);
    return type;
}

Result<std::string> parse_label(std::string_view text) {
    std::string_view word = text;
    if (word.ends_with('*')) word.remove_suffix(1);
    const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    if (word.empty() || word.size() > kMaxLabelBytes || !std::ranges::all_of(word, allowed)) {
        return fail(Errc::invalid, quoted(text) +
                                       " is not the first part of a name; use letters, digits and "
                                       "hyphens, and at most one * at the end");
    }
    return to_lower(text);
}

}  // namespace

Rule secret_rule(std::vector<std::byte>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (expect(node, Node::Type::text, place)) store_secret(into, node.text, node, place);
    };
    return {"base64 of " + std::to_string(kMinSecretBytes) + " to " +
                std::to_string(kMaxSecretBytes) + " octets",
            read};
}

Rule secret_file_rule(std::vector<std::byte>& into, std::string folder, FileReader& files) {
    const auto read = [&into, &files, folder](const Node& node, const Place& place) {
        const auto path = read_file_path(node, place, folder);
        if (!path) return;
        const auto text = files.read_secret(*path, kMaxSecretFileBytes);
        if (!text) return place.fault(node, text.error());
        store_secret(into, without_end_of_line(*text), node, place);
    };
    return {file_form(kMaxSecretFileBytes), read};
}

Rule types_rule(std::vector<std::string>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        auto types = read_list(node, place, parse_type, kMaxUpdateTypes);
        if (!types) return;
        if (types->empty()) return place.fault(node, "the list is empty");
        into = std::move(*types);
    };
    return {"list of types of records", read};
}

Rule labels_rule(std::vector<std::string>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (auto labels = read_list(node, place, parse_label, kMaxReservedLabels))
            into = std::move(*labels);
    };
    return {"list of words", read};
}

}  // namespace homeport::config
