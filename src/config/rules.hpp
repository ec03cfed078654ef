#pragma once
/// How the value of one setting is read: a form for people, and a function that checks a node and
/// stores it, or reports what is wrong and stores nothing. A rule keeps a reference to the variable
/// that it fills and must not outlive it.

#include "config/load.hpp"
#include "config/node.hpp"
#include "config/report.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::config {

/// Where a value stands, for messages.
struct Place {
    std::string label;    ///< "[park] wait"
    std::string example;  ///< "wait = \"30s\""
    Report& report;

    /// Reports a fault of the value; the default remedy is to write it like the example.
    void fault(const Node& node, std::string_view what, std::string_view remedy = {}) const;
    void fault(const Node& node, const Error& error) const;
};

/// A piece of the settings in a message.
std::string quoted(std::string_view text);
/// False: the node is of another type, which was reported.
bool expect(const Node& node, Node::Type type, const Place& place);

struct Rule {
    std::string form;  ///< for the reference page: "duration, 0s to 10m"
    std::function<void(const Node&, const Place&)> read;
};

/// Letters, digits, '-', '_' and '.', at most kMaxNameBytes.
Rule name_rule(std::string& into);
/// Absolute; final slashes are taken off.
Rule path_rule(std::string& into);
/// Absolute and short enough for a Unix socket.
Rule socket_rule(std::string& into);
Rule duration_rule(Duration& into, Duration min, Duration max);
Rule size_rule(std::uint64_t& into, std::uint64_t min, std::uint64_t max);
Rule count_rule(std::uint64_t& into, std::uint64_t min, std::uint64_t max);
Rule level_rule(Level& into);
Rule kind_rule(ServiceKind& into);
Rule proxy_protocol_rule(ProxyProtocol& into);
Rule inner_rule(bool& trust);
Rule direct_rule(Direct& into);
Rule flag_rule(bool& into);
/// A path; a relative one starts at `folder` (with a final slash, or empty). Nothing is read.
Rule file_path_rule(std::string& into, std::string folder);

Rule address_rule(IpAddress& into);
Rule endpoint_rule(std::optional<Endpoint>& into);
/// Of somebody to whom messages are sent.
Rule peer_rule(Endpoint& into);
Rule endpoints_rule(std::vector<Endpoint>& into, bool may_be_empty);
/// A name or a numeric address that somebody can connect to.
Rule host_port_rule(HostPort& into);
Rule host_port_rule(std::optional<HostPort>& into);
/// At most `max_items` of them.
Rule host_ports_rule(std::vector<HostPort>& into, std::size_t max_items);
/// At most kMaxEchoQuestions.
Rule echo_rule(std::vector<EchoQuestion>& into);

/// What a list of networks means when it is empty or holds everybody; `plain`: just that.
enum class Networks : std::uint8_t { allow, deny, trust, plain };
Rule networks_rule(std::vector<Cidr>& into, Networks meaning);
Rule hosts_rule(std::vector<HostGlob>& into);
Rule ports_rule(std::optional<PortRange>& into);
Rule target_rule(Target& into);
/// A program, by its absolute path, and its arguments.
Rule command_rule(std::vector<std::string>& into);
/// "user:password". What is reported never holds a piece of it.
Rule login_rule(std::string& into);
/// Addresses that somebody can connect to, at least one.
Rule addresses_rule(std::vector<IpAddress>& into);
/// A host name that is no wildcard.
Rule zone_name_rule(std::string& into);
/// A file with the text of the zone; relative paths as in stand_in_rule().
Rule zone_file_rule(ZoneSource& into, std::string folder, FileReader& files);
/// Lines of such a file.
Rule zone_records_rule(ZoneSource& into);
/// Names of zones, at least one.
Rule zone_names_rule(std::vector<std::string>& into);
/// The same, or "*" alone.
Rule transfer_rule(std::vector<std::string>& into);
Rule algorithm_rule(std::string& into);
/// Base64, also in a file. What is reported never holds a piece of it.
Rule secret_rule(std::vector<std::byte>& into);
Rule secret_file_rule(std::vector<std::byte>& into, std::string folder, FileReader& files);
/// Names of types of records, not checked further.
Rule types_rule(std::vector<std::string>& into);
/// Labels of host names; a "*" behind one stands for all that start so.
Rule labels_rule(std::vector<std::string>& into);
/// Contents of a file; a relative path starts at `folder` (with a final slash, or empty).
Rule stand_in_rule(std::string& into, std::string folder, FileReader& files);

struct NamedFile {
    std::string path;
    std::string contents;
};
/// The path that a setting names; a relative one starts at `folder`. Nothing after a report.
std::optional<std::string> read_file_path(const Node& node, const Place& place,
                                          const std::string& folder);
/// The file that a setting names; a relative path starts at `folder`. Nothing after a report, also
/// of an empty file.
std::optional<NamedFile> read_named_file(const Node& node, const Place& place,
                                         const std::string& folder, std::size_t max_bytes,
                                         FileReader& files);
/// What such a setting holds, for the reference page.
std::string file_form(std::size_t max_bytes);

/// "64KiB": the largest unit that divides the size.
std::string format_size(std::uint64_t bytes);

}  // namespace homeport::config
