#pragma once
/// What the tests of this folder share.

#include "config/load.hpp"

#include <map>
#include <string>
#include <vector>

namespace homeport::config::testing {

/// The least that a relay's file holds.
inline constexpr const char* kLeastRelay = R"([relay]
state_dir = "/var/lib/homeport/relay"
listen = ["0.0.0.0:7843"]
public_address = "relay.example.net:7843"
)";

/// Files by path; what is not there does not exist.
class FakeFiles final : public FileReader {
public:
    std::map<std::string, std::string> files;

    Result<std::string> read(const std::string& path, std::size_t max_bytes) override {
        const auto found = files.find(path);
        if (found == files.end())
            return fail(Errc::not_found, path + " is missing; check the path");
        if (found->second.size() > max_bytes) return fail(Errc::limit, path + " is too long");
        return found->second;
    }
};

template <class T>
std::vector<std::string> texts(const Loaded<T>& loaded) {
    std::vector<std::string> lines;
    if (loaded) return lines;
    for (const Problem& problem : loaded.error()) lines.push_back(problem.to_string());
    return lines;
}

}  // namespace homeport::config::testing
