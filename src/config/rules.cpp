#include "config/rules.hpp"

#include "config/limits.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace homeport::config {

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

bool expect(const Node& node, Node::Type type, const Place& place) {
    if (node.type == type) return true;
    place.fault(node, "must be " + std::string(type_name(type)) + ", not " +
                          std::string(type_name(node.type)));
    return false;
}

namespace {

/// A quantity with limits, in a text form that `parse` reads and `format` writes.
template <class T, class Parse, class Format>
Rule range_rule(T& into, T min, T max, std::string_view what, Parse parse, Format format) {
    const std::string range = format(min) + " to " + format(max);
    const auto read = [&into, min, max, range, parse](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::text, place)) return;
        const auto value = parse(node.text);
        if (!value) return place.fault(node, value.error());
        if (*value < min || *value > max) {
            return place.fault(node, quoted(node.text) + " is out of range", "allowed is " + range);
        }
        into = *value;
    };
    return {std::string(what) + ", " + range, read};
}

template <class T>
struct Word {
    std::string_view text;
    T value;
};

template <class T, std::size_t Count>
Rule word_rule(T& into, const std::array<Word<T>, Count>& words) {
    std::string form;
    for (const auto& word : words) form += (form.empty() ? "" : ", ") + quoted(word.text);
    const auto read = [&into, words, form](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::text, place)) return;
        for (const auto& word : words) {
            if (word.text == node.text) return void(into = word.value);
        }
        place.fault(node, quoted(node.text) + " is not known", "write one of " + form);
    };
    return {form, read};
}

bool is_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !text.empty() && text.size() <= kMaxNameBytes &&
           std::all_of(text.begin(), text.end(), allowed);
}

/// The path without final slashes, or nothing after a report.
std::optional<std::string> read_path(const Node& node, const Place& place, std::size_t max_bytes) {
    if (!expect(node, Node::Type::text, place)) return std::nullopt;
    std::string path = node.text;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.starts_with('/')) {
        place.fault(node, quoted(path) + " is not an absolute path", "begin it with /");
    } else if (path.size() > max_bytes) {
        place.fault(node, "the path has " + std::to_string(path.size()) + " bytes",
                    "allowed are " + std::to_string(max_bytes) + "; choose a shorter folder");
    } else if (path.find('\0') != std::string::npos) {
        place.fault(node, "the path holds a zero byte");
    } else {
        return path;
    }
    return std::nullopt;
}

}  // namespace

void Place::fault(const Node& node, std::string_view what, std::string_view remedy) const {
    const std::string by_example = "write for example " + example;
    report.add(node.line, label + ": " + std::string(what), remedy.empty() ? by_example : remedy);
}

void Place::fault(const Node& node, const Error& error) const {
    report.add(node.line, label, error, "write for example " + example);
}

Rule name_rule(std::string& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::text, place)) return;
        if (!is_name(node.text)) {
            return place.fault(node, quoted(node.text) + " is not a name",
                               "use 1 to 64 letters, digits, dots, hyphens and underscores");
        }
        into = node.text;
    };
    return {"name", read};
}

Rule path_rule(std::string& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (auto path = read_path(node, place, kMaxPathBytes)) into = std::move(*path);
    };
    return {"absolute path", read};
}

Rule socket_rule(std::string& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (auto path = read_path(node, place, kMaxSocketPathBytes)) into = std::move(*path);
    };
    return {"absolute path, at most 107 bytes", read};
}

Rule duration_rule(Duration& into, Duration min, Duration max) {
    return range_rule(into, min, max, "duration", parse_duration, format_duration);
}

Rule size_rule(std::uint64_t& into, std::uint64_t min, std::uint64_t max) {
    return range_rule(into, min, max, "size", parse_size, format_size);
}

Rule count_rule(std::uint64_t& into, std::uint64_t min, std::uint64_t max) {
    const std::string range = std::to_string(min) + " to " + std::to_string(max);
    const auto read = [&into, min, max, range](const Node& node, const Place& place) {
        if (!expect(node, Node::Type::integer, place)) return;
        const auto value = static_cast<std::uint64_t>(node.integer);
        if (node.integer < 0 || value < min || value > max) {
            return place.fault(node, std::to_string(node.integer) + " is out of range",
                               "allowed is " + range);
        }
        into = value;
    };
    return {"whole number, " + range, read};
}

Rule level_rule(Level& into) {
    return word_rule(into, std::array<Word<Level>, 4>{{{"debug", Level::debug},
                                                       {"info", Level::info},
                                                       {"warn", Level::warn},
                                                       {"error", Level::error}}});
}

Rule kind_rule(ServiceKind& into) {
    Rule known = word_rule(into, std::array<Word<ServiceKind>, 4>{{{"http", ServiceKind::http},
                                                                   {"tls", ServiceKind::tls},
                                                                   {"tcp", ServiceKind::tcp},
                                                                   {"ftp", ServiceKind::ftp}}});
    const auto read = [read_known = known.read](const Node& node, const Place& place) {
        if (node.type == Node::Type::text && (node.text == "udp" || node.text == "https")) {
            return place.fault(node, quoted(node.text) + " is not supported by this version",
                               node.text == "udp" ? "remove the service"
                                                  : "use \"tls\" and let the target hold the "
                                                    "certificate");
        }
        read_known(node, place);
    };
    return {known.form, read};
}

Rule proxy_protocol_rule(ProxyProtocol& into) {
    return word_rule(into, std::array<Word<ProxyProtocol>, 3>{{{"none", ProxyProtocol::none},
                                                               {"v1", ProxyProtocol::v1},
                                                               {"v2", ProxyProtocol::v2}}});
}

Rule direct_rule(Direct& into) {
    return word_rule(
        into, std::array<Word<Direct>, 3>{
                  {{"never", Direct::never}, {"auto", Direct::automatic}, {"only", Direct::only}}});
}

Rule inner_rule(bool& trust) {
    return word_rule(trust, std::array<Word<bool>, 2>{{{"seal", false}, {"trust", true}}});
}

Rule flag_rule(bool& into) {
    const auto read = [&into](const Node& node, const Place& place) {
        if (expect(node, Node::Type::boolean, place)) into = node.boolean;
    };
    return {"true or false", read};
}

Rule algorithm_rule(std::string& into) {
    return word_rule(into, std::array<Word<std::string>, 4>{{{"hmac-sha224", "hmac-sha224"},
                                                             {"hmac-sha256", "hmac-sha256"},
                                                             {"hmac-sha384", "hmac-sha384"},
                                                             {"hmac-sha512", "hmac-sha512"}}});
}

std::optional<std::string> read_file_path(const Node& node, const Place& place,
                                          const std::string& folder) {
    if (!expect(node, Node::Type::text, place)) return std::nullopt;
    if (node.text.empty() || node.text.find('\0') != std::string::npos) {
        place.fault(node, quoted(node.text) + " is not a file");
        return std::nullopt;
    }
    return node.text.starts_with('/') ? node.text : folder + node.text;
}

Rule file_path_rule(std::string& into, std::string folder) {
    const auto read = [&into, folder](const Node& node, const Place& place) {
        if (auto path = read_file_path(node, place, folder)) into = std::move(*path);
    };
    return {"path of a file, relative to the folder of the settings file", read};
}

std::optional<NamedFile> read_named_file(const Node& node, const Place& place,
                                         const std::string& folder, std::size_t max_bytes,
                                         FileReader& files) {
    auto path = read_file_path(node, place, folder);
    if (!path) return std::nullopt;
    auto contents = files.read(*path, max_bytes);
    if (!contents) {
        place.fault(node, contents.error());
    } else if (contents->empty()) {
        place.fault(node, *path + " is empty", "write something into it");
    } else {
        return NamedFile{std::move(*path), std::move(*contents)};
    }
    return std::nullopt;
}

std::string file_form(std::size_t max_bytes) {
    return "path of a file of at most " + format_size(max_bytes) +
           ", relative to the folder of the settings file";
}

Rule stand_in_rule(std::string& into, std::string folder, FileReader& files) {
    const auto read = [&into, &files, folder](const Node& node, const Place& place) {
        auto file = read_named_file(node, place, folder, kMaxStandInBytes, files);
        if (file) into = std::move(file->contents);
    };
    return {file_form(kMaxStandInBytes), read};
}

std::string format_size(std::uint64_t bytes) {
    for (const auto& [unit, name] : {std::pair(kGiB, "GiB"), {kMiB, "MiB"}, {kKiB, "KiB"}}) {
        if (bytes >= unit && bytes % unit == 0) return std::to_string(bytes / unit) + name;
    }
    return std::to_string(bytes);
}

}  // namespace homeport::config
