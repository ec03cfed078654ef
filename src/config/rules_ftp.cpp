#include "config/limits.hpp"
#include "config/rules.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// The rules for what stands beside an ftp server: a program to run, and a login to try.

namespace homeport::config {
namespace {

/// False after a report.
bool is_argument(const Node& item, const Place& place) {
    if (!expect(item, Node::Type::text, place)) return false;
    if (item.text.size() > kMaxCommandItemBytes) {
        place.fault(item, "an item has " + std::to_string(item.text.size()) + " bytes",
                    "allowed are " + std::to_string(kMaxCommandItemBytes));
        return false;
    }
    if (item.text.find('\0') == std::string::npos) return true;
    place.fault(item, "an item holds a zero byte");
    return false;
}

/// What could end a line of the protocol (RFC 959 section 5.3) or not be seen in the file.
bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

}  // namespace

Rule command_rule(std::vector<std::string>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::list, place)) return;
        if (node.children.empty()) return place.fault(node, "the list is empty");
        if (node.children.size() > kMaxCommandItems) {
            return place.fault(node,
                               "the list has " + std::to_string(node.children.size()) + " items",
                               "allowed are " + std::to_string(kMaxCommandItems));
        }
        std::vector<std::string> items;
        for (const Node& item : node.children) {
            if (is_argument(item, place)) items.push_back(item.text);
        }
        if (items.size() != node.children.size()) return;
        if (!items.front().starts_with('/')) {
            return place.fault(node.children.front(),
                               quoted(items.front()) + " is not an absolute path",
                               "begin the path of the program with /");
        }
        into = std::move(items);
    };
    return {"list: absolute path of a program, and its arguments", read};
}

Rule login_rule(std::string& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::text, place)) return;
        const auto colon = node.text.find(':');
        if (colon == std::string::npos || colon == 0) {
            return place.fault(node, "must be a user, a colon and a password");
        }
        if (node.text.size() > kMaxLoginBytes) {
            return place.fault(node, "is longer than " + std::to_string(kMaxLoginBytes) + " bytes",
                               "make a shorter login for the check");
        }
        if (has_control_characters(node.text)) {
            return place.fault(node, "holds control characters", "make a login without them");
        }
        into = node.text;
    };
    return {"user:password", read};
}

}  // namespace homeport::config
