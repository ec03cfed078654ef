#pragma once
/// What rules for texts and lists are made of.

#include "config/rules.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::config {

/// Reads a text with a parser of core.
template <class T>
std::optional<T> read_text(const Node& node, const Place& place,
                           Result<T> (*parse)(std::string_view)) {
    if (node.type != Node::Type::text) {
        place.fault(node, "must be a string, not " + std::string(type_name(node.type)));
        return std::nullopt;
    }
    auto value = parse(node.text);
    if (value) return std::move(*value);
    place.fault(node, value.error());
    return std::nullopt;
}

/// Reads every item of a list; a second item like an earlier one is a fault. Nothing is stored
/// unless all is well, so that half a list never takes effect.
template <class T>
std::optional<std::vector<T>> read_list(const Node& node, const Place& place,
                                        Result<T> (*parse)(std::string_view),
                                        std::size_t max_items) {
    if (node.type != Node::Type::list) {
        place.fault(node, "must be a list, not " + std::string(type_name(node.type)));
        return std::nullopt;
    }
    if (node.children.size() > max_items) {
        place.fault(node, "the list has " + std::to_string(node.children.size()) + " items",
                    "allowed are " + std::to_string(max_items));
        return std::nullopt;
    }
    std::vector<T> values;
    std::set<T> seen;
    for (const Node& item : node.children) {
        auto value = read_text(item, place, parse);
        if (!value) continue;
        if (!seen.insert(*value).second) {
            place.fault(item, quoted(item.text) + " stands twice in the list", "remove one");
            continue;
        }
        values.push_back(std::move(*value));
    }
    if (values.size() != node.children.size()) return std::nullopt;
    return values;
}

}  // namespace homeport::config
