#pragma once
/// What is asked of the name service and what it answers, without the interface that it came
/// through.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "names/outcome.hpp"
#include "store/name_store.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace homeport::names {

/// When, and with which luck.
struct Moment {
    TimePoint now{};                      ///< for limits
    UnixSeconds wall = 0;                 ///< for what is kept
    std::array<std::byte, 16> entropy{};  ///< unpredictable, never used twice
};

/// A token as `secret` with any user, or an account and its password.
struct Credentials {
    std::string user;
    std::string secret;
};

// --- questions

struct AskSource {};
struct AskNotice {};
struct AskChallenge {};
struct SignUp {
    std::string account;
    std::string password;
    std::string challenge;
    std::string nonce;
};
struct DeleteAccount {};
struct IssueToken {
    std::string label;
    std::string name;  ///< the only one it may change; empty: all
};
struct ListTokens {};
struct RevokeToken {
    std::string id;
};
struct ListNames {};
struct CreateName {
    std::string name;
};
struct ShowName {
    std::string name;
};
struct DeleteName {
    std::string name;
};
/// Whether the asker may see where the name's changes have arrived; who knows that answers.
struct AskPropagation {
    std::string name;
};

struct FamilyChange {
    enum class Verb : std::uint8_t { keep, set, remove };
    Verb verb = Verb::keep;
    IpAddress address;  ///< to set; of the family
};
struct AddressChange {
    FamilyChange v4;
    FamilyChange v6;
    bool from_source = false;    ///< sets the address the request comes from, in its family only
    bool offline = false;        ///< removes both
    std::optional<Cidr> prefix;  ///< of v6: the host part stays, or that of v6.address
    std::optional<std::uint64_t> counter;  ///< must be above the last one
};
struct UpdateNames {
    std::vector<std::string> hosts;  ///< at most kMaxHostsPerUpdate
    AddressChange change;
};
struct ChangeTxt {
    enum class Verb : std::uint8_t { add, remove, clear };
    std::vector<std::string> hosts;
    Verb verb = Verb::add;
    std::string value;
};

using Question = std::variant<AskSource, AskNotice, AskChallenge, SignUp, DeleteAccount, IssueToken,
                              ListTokens, RevokeToken, ListNames, CreateName, ShowName, DeleteName,
                              AskPropagation, UpdateNames, ChangeTxt>;

/// Slow work that the registry wants done elsewhere: with `encoded`, whether `password` is the one
/// it was made of; without, a new encoding of it.
struct PasswordWork {
    std::uint64_t account = 0;
    std::string password;
    std::string encoded;
};
/// Its result, which comes back with the request.
struct PasswordResult {
    std::uint64_t account = 0;  ///< of the work
    bool right = false;
    std::string encoded;  ///< the new one
};

struct Request {
    IpAddress source;
    Credentials credentials;
    Question question;
    std::optional<PasswordResult> password;  ///< only ever set by the caller, never by a peer
};

// --- answers

struct NameStatus {
    std::string name;
    std::optional<IpAddress> v4;
    std::optional<IpAddress> v6;
    std::vector<std::string> txt;
    bool offline = false;
    std::uint64_t counter = 0;
    UnixSeconds created = 0;
    UnixSeconds confirmed = 0;
    UnixSeconds quarantined_until = 0;  ///< 0: it is over
    UnixSeconds expires = 0;            ///< when it goes unless somebody speaks of it
    bool warned = false;                ///< that is not far away
};
/// Of one name of the request.
struct NameResult {
    Outcome outcome = Outcome::good;
    NameStatus status;
    /// Addresses that the request spoke of, as they are now.
    std::vector<IpAddress> addresses;
};
struct GivenChallenge {
    std::string challenge;
    unsigned bits = 0;
    UnixSeconds expires = 0;
};
struct GivenToken {
    std::string token;  ///< never shown again
    std::string id;
};
struct TokenStatus {
    std::string id;
    std::string label;
    std::string name;
    UnixSeconds created = 0;
};
using Payload = std::variant<std::monostate, GivenChallenge, GivenToken, std::vector<TokenStatus>,
                             std::vector<NameResult>, std::string>;

struct Answer {
    Outcome outcome = Outcome::good;  ///< of names: that of the first that failed
    UnixSeconds retry_after = 0;      ///< seconds; 0: nothing is said
    Payload payload;
};

/// What is to be done about a request.
struct Decision {
    Answer answer;
    /// To be made durable and published before the answer goes out.
    std::vector<store::NameChange> changes;
    /// Also without changes: says something that holds only when the batch is durable.
    bool waits = false;
    /// No answer yet: do this work elsewhere, then ask again with its result.
    std::optional<PasswordWork> password;
};

}  // namespace homeport::names
