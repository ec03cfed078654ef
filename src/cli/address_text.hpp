#pragma once
/// What `homeport address` prints.

#include "core/time.hpp"
#include "reach/service/reach.hpp"

#include <optional>
#include <string>

namespace homeport::cli {

/// "ipv4 203.0.113.5\n" and "ipv6 unknown: REASON\n".
std::string address_lines(const reach::ReachView& view);
/// One line: {"time":"...","ipv4":{"address":"203.0.113.5","reason":"..."},"ipv6":{...}}
std::string address_json(const reach::ReachView& view, UnixSeconds now);

/// Nothing more can be said soon: each family has its address, or no way out at all.
bool addresses_settled(const reach::ReachView& view);

/// The lines of --watch: one for each change of an address, each with its time.
class AddressNews {
public:
    /// With `json` each line is one address_json().
    explicit AddressNews(bool json) : json_(json) {}

    /// What is to be printed now, or nothing. An address that is not known is told once it is lost,
    /// or when `late`.
    std::string take(const reach::ReachView& view, bool late, UnixSeconds now);

private:
    struct Told {
        bool any = false;
        std::optional<IpAddress> address;
    };
    static bool is_news(Told& told, const reach::AddressView& address, bool late);

    bool json_;
    Told v4_;
    Told v6_;
};

}  // namespace homeport::cli
