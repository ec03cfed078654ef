#pragma once
/// The rules between settings: what each of them allows alone, but not together. `root` gives the
/// lines.

#include "config/node.hpp"
#include "config/report.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace homeport::config {

void check_relay(const Relay& relay, const Node& root, Report& report);
void check_agent(const Agent& agent, const Node& root, Report& report);

/// [dns] and [[zone]].
void check_dns(const Relay& relay, const Node& root, Report& report);
/// [[key]] and [[secondary]].
void check_keys(const Relay& relay, const Node& root, Report& report);
/// [names].
void check_name_service(const Relay& relay, const Node& root, Report& report);

/// The zones that other settings may name. When the name of one could not be read, which was
/// reported, every name may be that one.
class ZoneNames {
public:
    ZoneNames(const Relay& relay, const Node& root);

    bool has(std::string_view zone) const;
    /// The same, or `zone` is the catalog.
    bool can_be_fetched(std::string_view zone) const;
    /// `name`, which may be a wildcard, is in one of them.
    bool hold(std::string_view name) const;

private:
    std::set<std::string, std::less<>> names_;
    std::string catalog_;
    bool complete_ = true;
};

/// TTLs and times of the name service: whole seconds.
void check_whole_seconds(Duration duration, std::string_view table, std::string_view name,
                         const Node& root, Report& report);

/// What both roles have. `control` defaults to a file in `state_dir`, which must leave room for it.
void check_resume(const Resume& resume, const Node& root, Report& report);
void check_control(std::string_view table, const std::string& control, const Node& root,
                   Report& report);

/// Where each value of a setting was written first.
using FirstLines = std::map<std::string, std::size_t>;
/// Notes the line of `value`, or reports that the value of `setting` is taken.
void add_once(FirstLines& lines, const std::string& value, std::size_t line,
              std::string_view setting, std::string_view remedy, Report& report);

/// Line of an item of a list in `table`, else of the list, else of the table.
std::size_t line_of_item(const Node& table, std::string_view name, std::size_t index);
/// Line of a setting, else of its table, else 1.
std::size_t line_of(const Node& root, std::string_view table, std::string_view name);

}  // namespace homeport::config
