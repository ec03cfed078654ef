#pragma once
/// Challenges instead of captchas: whoever signs up finds a nonce, so that the SHA-256 of
/// "CHALLENGE|NONCE" starts with zero bits. The service keeps nothing of a challenge until it is
/// answered: the challenge carries its time and difficulty, and a MAC over them and the network it
/// was made for. Pure.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "names/keyed_hash.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace homeport::names {

/// `network`: of the requester; `random`: fresh. Answerable for kChallengeSeconds.
std::string make_challenge(const KeyedHash& hash, const IpAddress& network, UnixSeconds now,
                           unsigned bits, const std::array<std::byte, 16>& random);

/// What to remember so that the answer counts once. Errors: invalid (not a challenge of ours, or of
/// another network), timed_out, denied (the nonce does not have the bits).
Result<std::uint64_t> check_proof(const KeyedHash& hash, const IpAddress& network, UnixSeconds now,
                                  std::string_view challenge, std::string_view nonce);

/// Leading zero bits of the SHA-256 of "CHALLENGE|NONCE".
unsigned proof_bits(std::string_view challenge, std::string_view nonce);

/// Answers that have counted, each for as long as its challenge could be used again.
class UsedChallenges {
public:
    bool contains(std::uint64_t id) const { return ids_.contains(id); }
    /// False when there are kMaxUsedChallenges that are not old enough to be dropped.
    bool add(std::uint64_t id, UnixSeconds now);
    std::size_t size() const { return ids_.size(); }

private:
    struct Used {
        UnixSeconds at;
        std::uint64_t id;
    };
    std::deque<Used> order_;
    std::unordered_set<std::uint64_t> ids_;
};

}  // namespace homeport::names
