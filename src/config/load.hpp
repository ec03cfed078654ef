#pragma once
/// From a settings file to typed settings, or to the list of everything that is wrong with it.

#include "config/settings.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::config {

/// One fault of a settings file. Lines count from 1; a fault of the file as a whole stands at
/// line 1.
struct Problem {
    std::string file;
    std::size_t line = 1;
    std::string what;
    std::string remedy;

    /// "FILE:LINE: what (remedy)", one line of printable text.
    std::string to_string() const;
    friend bool operator==(const Problem&, const Problem&) = default;
};

/// Sorted by line, never empty when it stands for a failure.
using Problems = std::vector<Problem>;

template <class T>
using Loaded = std::expected<T, Problems>;

enum class Role : unsigned char { relay, agent };

/// Reads and checks the file; every fault is reported at once. The file must be a regular file of
/// at most kMaxFileBytes that neither its group nor others may write.
Loaded<Relay> load_relay(const std::string& path);
Loaded<Agent> load_agent(const std::string& path);
/// What the file is for: it has [relay] or [agent]. Checks the file and its syntax, not its
/// settings.
Loaded<Role> detect_role(const std::string& path);

/// The files that settings name.
class FileReader {
public:
    virtual ~FileReader() = default;
    /// The whole file. Errors: not_found, denied, limit (longer than `max_bytes`), io.
    virtual Result<std::string> read(const std::string& path, std::size_t max_bytes) = 0;
    /// The same of a file that only its owner should read. Where permissions can be told, also
    /// denied: others may read or change it.
    virtual Result<std::string> read_secret(const std::string& path, std::size_t max_bytes) {
        return read(path, max_bytes);
    }
};

/// The same without the file itself. Relative paths in the settings start in `file_name`'s folder.
Loaded<Relay> parse_relay(std::string_view text, const std::string& file_name, FileReader& files);
Loaded<Agent> parse_agent(std::string_view text, const std::string& file_name, FileReader& files);
Loaded<Role> parse_role(std::string_view text, const std::string& file_name);

/// docs/settings.md: every setting with its form, default and meaning.
std::string reference_page();

}  // namespace homeport::config
