#pragma once
/// All that the name service knows, in memory: a function of the changes that were applied to it.
/// One function changes it, and can tell the change that takes another one back.

#include "core/ip.hpp"
#include "names/networks.hpp"
#include "names/records.hpp"
#include "names/tokens.hpp"
#include "store/name_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace homeport::names {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>()(text);
    }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

struct NameEntry;
/// The label and what is known of it; stays where it is until it is removed.
using NameNode = std::pair<const std::string, NameEntry>;

/// There may be a million: kept small.
struct NameEntry {
    NameNode* next = nullptr;  ///< of the same account
    std::uint64_t account = 0;
    std::uint64_t counter = 0;
    std::array<std::uint8_t, 16> octets6{};
    std::array<std::uint8_t, 4> octets4{};
    std::uint32_t created = 0;  ///< seconds since 1970, until 2106
    std::uint32_t confirmed = 0;
    std::uint16_t zone = 0;
    bool offline : 1 = false;
    bool has_v4 : 1 = false;
    bool has_v6 : 1 = false;

    std::optional<IpAddress> v4() const;
    std::optional<IpAddress> v6() const;
    void set_v4(const std::optional<IpAddress>& address);
    void set_v6(const std::optional<IpAddress>& address);
};

struct Token;
using TokenNode = std::pair<const TokenHash, Token>;
struct Token {
    TokenNode* next = nullptr;  ///< of the same account
    std::uint64_t account = 0;
    std::string name;  ///< the one it may change; empty: all
    std::string label;
    std::uint32_t created = 0;
};

struct Account {
    std::string name;
    std::string password;  ///< encoded by the caller
    NameNode* first_name = nullptr;
    TokenNode* first_token = nullptr;
    std::uint32_t created = 0;
    std::uint32_t seen = 0;
    std::uint16_t names = 0;
    std::uint16_t tokens = 0;
    bool locked = false;
};

/// TXT values for ACME; all go an hour after the last one came.
struct AcmeValues {
    std::vector<std::string> values;
    UnixSeconds at = 0;
};

struct NameZone {
    ZoneName name;
    TextMap<NameEntry> names;  ///< by label
};

class Tables {
public:
    /// Names in other zones are left out, those of accounts that are not there too.
    Tables(const std::vector<std::string>& zones, const store::NameState& state, UnixSeconds now);
    Tables(const Tables&) = delete;
    Tables& operator=(const Tables&) = delete;

    /// `now` only dates TXT values. Sets of other owners, and what concerns no name service
    /// (serials, keys, evidence), change nothing. Requires that an account that is forgotten has no
    /// names and tokens left, and that names and tokens are of accounts that are there.
    void apply(const store::NameChange& change, UnixSeconds now);
    /// What apply() must be given, at the time that comes with it, to have the present state back
    /// after `change`. Nothing when there is nothing to take back.
    struct Undo {
        store::NameChange change;
        UnixSeconds at;
    };
    std::optional<Undo> undo_of(const store::NameChange& change) const;

    const std::vector<NameZone>& zones() const { return zones_; }
    const NameZone& zone_of(const NameNode& name) const { return zones_[name.second.zone]; }
    /// Of that name itself; null: not one of ours.
    const NameZone* find_zone(std::string_view zone) const;
    /// Null: no such name.
    const NameNode* find_name(std::string_view name) const;
    std::string text_of(const NameNode& name) const;

    const Account* find_account(std::uint64_t id) const;
    /// 0: none of that name.
    std::uint64_t account_id(std::string_view name) const;
    const Token* find_token(const TokenHash& hash) const;
    const AcmeValues* find_acme(std::string_view name) const;
    /// Also one that is over.
    const store::StoredTombstone* find_tombstone(std::string_view name) const;
    const BlockList& blocks() const { return blocks_; }
    const std::string& notice() const { return notice_; }

    store::StoredName stored(const NameNode& name) const;
    store::StoredAccount stored(std::uint64_t id) const;

    std::size_t names() const { return names_; }
    const std::unordered_map<std::uint64_t, Account>& accounts() const { return accounts_; }
    std::size_t tokens() const { return tokens_.size(); }
    const TextMap<AcmeValues>& acme() const { return acme_; }
    const TextMap<store::StoredTombstone>& tombstones() const { return tombstones_; }

private:
    struct HashOfHash {
        std::size_t operator()(const TokenHash& hash) const noexcept;
    };

    void load(const store::NameState& state, UnixSeconds now);
    NameNode* find_node(std::string_view name);
    bool is_known(const store::StoredName& name) const;

    void put(const store::StoredSet& set, UnixSeconds now);
    void put(const store::ForgetSet& set, UnixSeconds now);
    void put(const store::StoredAccount& account, UnixSeconds now);
    void put(const store::ForgetAccount& account, UnixSeconds now);
    void put(const store::StoredToken& token, UnixSeconds now);
    void put(const store::ForgetToken& token, UnixSeconds now);
    void put(const store::StoredName& name, UnixSeconds now);
    void put(const store::ForgetName& name, UnixSeconds now);
    void put(const store::StoredTombstone& tombstone, UnixSeconds now);
    void put(const store::ForgetTombstone& tombstone, UnixSeconds now);
    void put(const store::StoredBlock& block, UnixSeconds now);
    void put(const store::ForgetBlock& block, UnixSeconds now);
    void put(const store::StoredNotice& notice, UnixSeconds now);

    std::optional<Undo> set_before(const std::string& zone, const std::vector<std::byte>& owner,
                                   std::uint16_t type) const;
    /// Null: the set is not one of the name service.
    struct SetOwner {
        const NameZone* zone = nullptr;
        const NameNode* name = nullptr;
    };
    SetOwner owner_of(const std::string& zone, Bytes owner, std::uint16_t type) const;

    store::NameChange token_before(const TokenHash& hash) const;
    store::NameChange tombstone_before(const std::string& name) const;
    store::NameChange block_before(const std::string& network) const;
    store::NameChange name_before(const std::string& name) const;
    store::NameChange account_before(std::uint64_t id) const;

    std::vector<NameZone> zones_;
    std::size_t names_ = 0;
    std::unordered_map<std::uint64_t, Account> accounts_;
    /// Views of the names in accounts_.
    std::unordered_map<std::string_view, std::uint64_t> account_ids_;
    std::unordered_map<TokenHash, Token, HashOfHash> tokens_;
    TextMap<AcmeValues> acme_;
    TextMap<store::StoredTombstone> tombstones_;
    BlockList blocks_;
    std::string notice_;
};

}  // namespace homeport::names
