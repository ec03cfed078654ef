#pragma once
/// What a name server must not forget beyond its zone files: sets of records that were changed over
/// the network, and the accounts, tokens and names of the name service. A batch of changes is on
/// disk as a whole or not at all.

#include "core/result.hpp"
#include "core/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace homeport::store {

/// Texts of domain names below are in lower case without a dot at the end.

/// One set of records (RFC 2181 section 5) as it replaces that of the zone file. Without records:
/// there is none, whatever the file says.
struct StoredSet {
    std::string zone;
    std::vector<std::byte> owner;  ///< wire form, RFC 1035 section 3.1
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;  ///< seconds
    std::uint16_t count = 0;
    std::vector<std::byte> records;  ///< each behind its length, 16 bits, big-endian
    friend bool operator==(const StoredSet&, const StoredSet&) = default;
};
/// What the file says holds again.
struct ForgetSet {
    std::string zone;
    std::vector<std::byte> owner;
    std::uint16_t type = 0;
};
/// The last serial that was shown to the world.
struct StoredSerial {
    std::string zone;
    std::uint32_t serial = 0;
};
/// When the last update that a key signed was signed (RFC 8945 section 5.2.3), against replays.
struct StoredKeyTime {
    std::string key;
    std::uint64_t signed_at = 0;  ///< seconds since 1970
};
/// The private key of a zone, PKCS #8 in DER. Never leaves the store but for signing.
struct StoredZoneKey {
    std::string zone;
    std::vector<std::byte> key;
    UnixSeconds created = 0;
};

struct StoredAccount {
    std::uint64_t id = 0;  ///< never used twice
    std::string name;
    std::string password;  ///< salted and slow to guess; the form is the name service's
    bool locked = false;
    UnixSeconds created = 0;
    UnixSeconds seen = 0;  ///< last use, to a day
    friend bool operator==(const StoredAccount&, const StoredAccount&) = default;
};
struct ForgetAccount {
    std::uint64_t id = 0;  ///< its tokens go with it; its names must be gone
};

using TokenHash = std::array<std::byte, 16>;
struct StoredToken {
    TokenHash hash{};  ///< keyed; the token itself is never stored
    std::uint64_t account = 0;
    std::string name;   ///< the one name it may change; empty: all of the account
    std::string label;  ///< what its owner calls it
    UnixSeconds created = 0;
    friend bool operator==(const StoredToken&, const StoredToken&) = default;
};
struct ForgetToken {
    TokenHash hash{};
};

struct StoredName {
    std::string name;
    std::uint64_t account = 0;
    UnixSeconds created = 0;
    UnixSeconds confirmed = 0;  ///< when its owner last spoke of it, to a day
    std::uint64_t counter = 0;  ///< of the last update that had one
    bool offline = false;
    friend bool operator==(const StoredName&, const StoredName&) = default;
};
struct ForgetName {
    std::string name;
};

/// A name, or an account's, that nobody may take before `until`.
struct StoredTombstone {
    std::string name;  ///< of an account: "account:" before it
    UnixSeconds until = 0;
    std::string why;
    std::uint64_t account = 0;  ///< who may take it back all the same; 0: nobody
    friend bool operator==(const StoredTombstone&, const StoredTombstone&) = default;
};
struct ForgetTombstone {
    std::string name;
};
/// A network that no name may point to, or whose sources may not sign up; in CIDR notation.
struct StoredBlock {
    std::string network;
    std::string why;
    UnixSeconds created = 0;
    friend bool operator==(const StoredBlock&, const StoredBlock&) = default;
};
struct ForgetBlock {
    std::string network;
};
/// Added only; the store numbers them.
struct StoredEvidence {
    UnixSeconds at = 0;
    std::string what;  ///< "takedown", "block" ...
    std::string name;
    std::string text;  ///< JSON: what was there, who asked, why
    friend bool operator==(const StoredEvidence&, const StoredEvidence&) = default;
};
/// The notice that the service shows; empty: none.
struct StoredNotice {
    std::string text;
};
/// The key of the tokens' hashes, made at the first start.
struct StoredSecret {
    std::array<std::byte, 32> secret{};
};

using NameChange = std::variant<StoredSet, ForgetSet, StoredSerial, StoredKeyTime, StoredZoneKey,
                                StoredAccount, ForgetAccount, StoredToken, ForgetToken, StoredName,
                                ForgetName, StoredTombstone, ForgetTombstone, StoredBlock,
                                ForgetBlock, StoredEvidence, StoredNotice, StoredSecret>;

/// All of it but evidence, as it was after the last batch.
struct NameState {
    std::vector<StoredSet> sets;
    std::vector<StoredSerial> serials;
    std::vector<StoredKeyTime> key_times;
    std::vector<StoredZoneKey> zone_keys;
    std::vector<StoredAccount> accounts;
    std::vector<StoredToken> tokens;
    std::vector<StoredName> names;
    std::vector<StoredTombstone> tombstones;
    std::vector<StoredBlock> blocks;
    std::string notice;
    std::array<std::byte, 32> secret{};  ///< zeros: none yet
};

/// For one thread at a time.
class NameStore {
public:
    virtual ~NameStore() = default;
    /// Returns after all changes, in their order, are on disk; none of them is when it fails, but
    /// after a sync that failed all of them may be there at the next start. Error: io, also when
    /// the disk is full.
    virtual Result<> apply(std::span<const NameChange> changes) = 0;
    virtual Result<NameState> load() = 0;
    /// The newest first, at most `limit`; of one name when `name` is not empty.
    virtual Result<std::vector<StoredEvidence>> evidence(const std::string& name,
                                                         std::size_t limit) = 0;
};

}  // namespace homeport::store
