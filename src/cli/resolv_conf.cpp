#include "cli/resolv_conf.hpp"

#include "cli/limits.hpp"

#include <fstream>

namespace homeport::cli {
namespace {

constexpr std::size_t kMaxResolvers = 3;  // MAXNS of resolv.conf(5)
constexpr std::uint16_t kDnsPort = 53;
constexpr std::string_view kBlanks = " \t\r";

/// The next word of `line`, which is taken off; empty: there is none.
std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    return word;
}

}  // namespace

std::vector<Endpoint> resolvers_in(std::string_view text) {
    std::vector<Endpoint> found;
    while (!text.empty() && found.size() < kMaxResolvers) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (next_word(line) != "nameserver") continue;
        const auto address = IpAddress::parse(next_word(line));
        if (address) found.push_back({*address, kDnsPort});
    }
    if (found.empty()) found.push_back({IpAddress::v4({127, 0, 0, 1}), kDnsPort});
    return found;
}

std::vector<Endpoint> resolvers_of_host() {
    std::ifstream file("/etc/resolv.conf");
    std::string text(kMaxResolvConfBytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return resolvers_in(text);
}

}  // namespace homeport::cli
