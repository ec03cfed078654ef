#pragma once
/// The settings of the name service. Times in seconds.

#include "names/limits.hpp"

#include <string>
#include <vector>

namespace homeport::names {

struct Options {
    /// Names stand directly below these: lower case, no dot at the end. The first one completes
    /// the bare labels of the DuckDNS-like update. At most 65535.
    std::vector<std::string> zones;
    /// Labels nobody may take besides the usual ones: those that the zone files use, above all.
    /// "word" also stands for word1, word22; "word*" for all that starts so.
    std::vector<std::string> reserved;

    std::uint32_t ttl = 60;
    /// Addresses that are not reachable from the internet are taken too: test networks only.
    bool allow_private = false;
    /// Nobody can make an account; those that are there go on.
    bool sign_up = true;

    /// A new name may point only to where its updates come from, for so long.
    UnixSeconds quarantine = 72 * kHour;
    /// Not confirmed for so long: its status warns, then it is removed.
    UnixSeconds warn_after = 180 * kDay;
    UnixSeconds remove_after = 210 * kDay;
    /// How long a removed name is kept from everybody but its last account.
    UnixSeconds expired_tombstone = 30 * kDay;
    UnixSeconds deleted_tombstone = 90 * kDay;

    std::size_t names_per_account = 5;
    /// Names and tombstones of names. Full: no new names.
    std::size_t max_names = 1'000'000;
    std::size_t max_accounts = 500'000;

    /// Leading zero bits that a sign-up must find, plus one for each recent sign-up from the same
    /// network, up to the second number.
    unsigned proof_bits = 20;
    unsigned max_proof_bits = 28;
    /// Sign-ups from an IPv4 /24 or IPv6 /48 in a day, and from everywhere in an hour.
    double sign_ups_per_network = 5;
    double sign_ups_per_hour = 200;
    /// New names of an account in a day: each that is deleted leaves a tombstone.
    double new_names_per_day = 10;

    /// Requests of an IPv4 address or IPv6 /64 in the long run, and at once. Wider networks have
    /// 8 times (/24, /56) and 32 times (/20, /48) as many.
    double requests_per_second = 5;
    double requests_at_once = 100;
    /// Changes of one name: at once, and seconds for one more. One that changes nothing counts a
    /// tenth; one that takes a TXT value away nothing, because its coming was counted.
    double changes_at_once = 10;
    double seconds_per_change = 30;
    /// Wrong tokens of a source, and passwords tried by a source or for an account: at once, and
    /// seconds for one more.
    double wrong_tokens_at_once = 100;
    double seconds_per_wrong_token = 6;
    double passwords_at_once = 20;
    double seconds_per_password = 60;
    /// An encoded password that no account has: tried when there is no such account, so that the
    /// time does not tell. Empty: refused at once.
    std::string decoy_password;
};

}  // namespace homeport::names
