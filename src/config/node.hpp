#pragma once
/// A settings file as a tree with line numbers. This is all that the rest of config sees of TOML.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::config {

struct Node {
    enum class Type : std::uint8_t { text, integer, boolean, real, time, list, table };

    Type type = Type::table;
    std::size_t line = 1;
    std::string key;             ///< when it stands in a table
    std::string text;            ///< of type text
    std::int64_t integer = 0;    ///< of type integer
    bool boolean = false;        ///< of type boolean
    std::vector<Node> children;  ///< of a list in its order, of a table sorted by key

    /// A table's entry; none when absent or when this is no table.
    const Node* find(std::string_view name) const;
};

/// "a string", "a number" ...
std::string_view type_name(Node::Type type);

struct SyntaxError {
    std::size_t line = 1;
    std::string what;
    std::string remedy;
};

/// Parses TOML 1.0 (https://toml.io/en/v1.0.0). What nests deeper than any setting does is left out
/// of the tree, so its depth is bounded.
std::expected<Node, SyntaxError> read_toml(std::string_view text);

}  // namespace homeport::config
