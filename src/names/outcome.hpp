#pragma once
/// How a request ended, and what each interface says then. Pure.

#include <cstdint>
#include <string_view>

namespace homeport::names {

enum class Outcome : std::uint8_t {
    good,
    unchanged,  ///< was so already; nothing was written
    // the request
    malformed,
    no_agent,
    too_many_hosts,
    too_large,
    wrong_media,
    no_such_path,
    wrong_method,
    // who asks, and how often
    bad_credentials,
    locked,
    too_many_requests,
    try_later,
    // names
    not_a_name,
    no_such_zone,
    no_such_name,
    not_yours,
    reserved,
    taken,
    buried,
    account_full,
    service_full,
    // addresses and TXT values
    bad_address,
    not_public,
    blocked,
    quarantined,
    no_host_part,
    stale,
    bad_value,
    values_full,
    // accounts and tokens
    closed,
    bad_account_name,
    bad_password,
    account_taken,
    bad_proof,
    old_proof,
    network_full,
    no_such_token,
    tokens_full,
};

/// What is said of an outcome.
struct OutcomeText {
    Outcome outcome;
    int status;              ///< of HTTP
    std::string_view reply;  ///< of dyndns2, where the outcome can happen; a word and perhaps why
    std::string_view error;  ///< a word for programs
    std::string_view remedy;
};
const OutcomeText& text_of(Outcome outcome);

inline bool is_success(Outcome outcome) {
    return outcome == Outcome::good || outcome == Outcome::unchanged;
}

}  // namespace homeport::names
