#include "config/read.hpp"

#include <algorithm>
#include <vector>

namespace homeport::config {
namespace {

const Field* find_field(const Section& section, std::string_view name) {
    const auto found = std::find_if(section.fields.begin(), section.fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == section.fields.end() ? nullptr : &*found;
}

const Section* find_section(std::span<const Section> sections, std::string_view name) {
    const auto found = std::find_if(sections.begin(), sections.end(),
                                    [&](const Section& section) { return section.name == name; });
    return found == sections.end() ? nullptr : &*found;
}

const Section* section_of_field(std::span<const Section> sections, std::string_view name) {
    const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& section) {
        return find_field(section, name) != nullptr;
    });
    return found == sections.end() ? nullptr : &*found;
}

template <class Named>
std::vector<std::string_view> names_of(std::span<const Named> things) {
    std::vector<std::string_view> names;
    for (const Named& thing : things) names.push_back(thing.name);
    return names;
}

std::string did_you_mean(std::string_view name) {
    return "did you mean \"" + std::string(name) + "\"?";
}

std::string list_of(std::span<const std::string_view> names) {
    std::string text = "known are ";
    for (const auto name : names) text += (name == names.front() ? "" : ", ") + std::string(name);
    return text;
}

std::string field_hint(const Section& section, std::string_view name,
                       std::span<const Section> others) {
    if (const Section* const home = section_of_field(others, name)) {
        return "it belongs in " + header(*home);
    }
    const auto known = names_of(std::span<const Field>(section.fields));
    const auto near = nearest(name, known);
    return near.empty() ? list_of(known) : did_you_mean(near);
}

void report_unknown_table(const Node& node, std::span<const Section> sections,
                          std::span<const Section> other_role, std::string_view other_name,
                          Report& report) {
    const bool is_table = node.type == Node::Type::table || node.type == Node::Type::list;
    const std::string what = (is_table ? "unknown table \"" : "unknown setting \"") + node.key +
                             (is_table ? "\"" : "\" outside of the tables");
    const Section* const home = section_of_field(sections, node.key);
    if (!is_table && home != nullptr) {
        return report.add(node.line, what, "write it below " + header(*home));
    }
    if (find_section(other_role, node.key) != nullptr) {
        return report.add(node.line, what,
                          "it belongs in the settings of " + std::string(other_name));
    }
    const auto known = names_of(sections);
    const auto near = nearest(node.key, known);
    report.add(node.line, what, near.empty() ? list_of(known) : did_you_mean(near));
}

}  // namespace

std::string header(const Section& section) {
    const std::string name(section.name);
    return section.repeated ? "[[" + name + "]]" : "[" + name + "]";
}

void read_section(const Section& section, const Node& table, std::span<const Section> others,
                  Report& report) {
    for (const Node& node : table.children) {
        const Field* const field = find_field(section, node.key);
        if (field == nullptr) {
            report.add(node.line, "unknown setting \"" + node.key + "\" in " + header(section),
                       field_hint(section, node.key, others));
            continue;
        }
        const std::string name(field->name);
        const Place place{header(section) + " " + name, name + " = " + std::string(field->example),
                          report};
        field->rule.read(node, place);
    }
    for (const Field& field : section.fields) {
        if (field.need == Need::optional || table.find(field.name) != nullptr) continue;
        const std::string name(field.name);
        report.add(table.line, header(section) + " " + name + " is missing",
                   "add for example " + name + " = " + std::string(field.example));
    }
}

void read_sections(const Node& root, std::span<const Section> sections,
                   std::span<const Section> other_role, std::string_view other_name,
                   Report& report) {
    for (const Node& node : root.children) {
        const Section* const section = find_section(sections, node.key);
        if (section == nullptr) {
            report_unknown_table(node, sections, other_role, other_name, report);
        } else if (section->repeated) {
            continue;
        } else if (node.type != Node::Type::table) {
            report.add(node.line,
                       node.key + " must be a table, not " + std::string(type_name(node.type)),
                       "write " + header(*section) + " once, and its settings below");
        } else {
            read_section(*section, node, sections, report);
        }
    }
    for (const Section& section : sections) {
        if (section.need == Need::optional || root.find(section.name) != nullptr) continue;
        report.add(1, header(section) + " is missing",
                   "add it with its required settings, see docs/settings.md");
    }
}

}  // namespace homeport::config
