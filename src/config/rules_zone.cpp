#include "config/limits.hpp"
#include "config/rules_list.hpp"
#include "core/service.hpp"

#include <algorithm>
#include <utility>

/// The rules for zones. What their text says is checked where it is read.

namespace homeport::config {
namespace {

bool is_one_line(std::string_view text) {
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < 32 && c != '\t') || c == 127;
    };
    return !text.empty() && std::ranges::none_of(text, is_control);
}

/// In lower case, without a dot at its end.
Result<std::string> parse_domain(std::string_view text) {
    const auto name = HostGlob::parse(text);
    if (name && !name->wildcard()) return name->text();
    return fail(Errc::invalid, quoted(text) + " is not the name of a domain");
}

}  // namespace

std::size_t ZoneSource::line_in_source(std::size_t text_line) const {
    if (lines.empty()) return text_line;
    return lines[std::clamp<std::size_t>(text_line, 1, lines.size()) - 1];
}

Rule zone_name_rule(std::string& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (auto name = read_text(node, place, parse_domain)) into = std::move(*name);
    };
    return {"name of a domain", read};
}

Rule zone_names_rule(std::vector<std::string>& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        auto names = read_list(node, place, parse_domain, kMaxZones);
        if (!names) return;
        if (names->empty()) return place.fault(node, "the list is empty");
        into = std::move(*names);
    };
    return {"list of names of zones", read};
}

Rule transfer_rule(std::vector<std::string>& into) {
    Rule names = zone_names_rule(into);
    const auto read = [&into, read_names = names.read](const Node& node, const Place& place) {
        const bool one_text = node.type == Node::Type::list && node.children.size() == 1 &&
                              node.children.front().type == Node::Type::text;
        if (one_text && node.children.front().text == "*") return void(into = {"*"});
        read_names(node, place);
    };
    return {names.form + ", or [\"*\"]: all", read};
}

Rule zone_file_rule(ZoneSource& into, std::string folder, FileReader& files) {
    const auto read = [&into, &files, folder](const Node& node, const Place& place) {
        auto read_file = read_named_file(node, place, folder, kMaxZoneBytes, files);
        if (!read_file) return;
        into.file = std::move(read_file->path);
        into.text = std::move(read_file->contents);
    };
    return {file_form(kMaxZoneBytes), read};
}

Rule zone_records_rule(ZoneSource& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::list, place)) return;
        if (node.children.empty()) return place.fault(node, "the list is empty");
        if (node.children.size() > kMaxZoneRecords) {
            return place.fault(node,
                               "the list has " + std::to_string(node.children.size()) + " items",
                               "allowed are " + std::to_string(kMaxZoneRecords) +
                                   "; write the records into a file");
        }
        ZoneSource listed;
        for (const Node& item : node.children) {
            if (!expect(item, Node::Type::text, place)) continue;
            if (!is_one_line(item.text)) {
                place.fault(item, quoted(item.text) + " is not one line of text");
                continue;
            }
            listed.text += item.text + "\n";
            listed.lines.push_back(item.line);
        }
        if (listed.lines.size() != node.children.size()) return;
        into.text = std::move(listed.text);
        into.lines = std::move(listed.lines);
    };
    return {"list of lines as in a zone file, names relative to `name`", read};
}

}  // namespace homeport::config
