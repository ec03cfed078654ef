#pragma once
/// Batches of changes of all kinds, and what a name store should hold after them, told without any
/// store.

#include "core/bytes.hpp"
#include "store/name_store.hpp"

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace homeport::store::testing {

/// One entry for each row.
class Picture {
public:
    Picture() = default;
    explicit Picture(const NameState& state, const std::vector<StoredEvidence>& newest_first) {
        add_all(state.sets);
        add_all(state.serials);
        add_all(state.key_times);
        add_all(state.zone_keys);
        add_all(state.accounts);
        add_all(state.tokens);
        add_all(state.names);
        add_all(state.tombstones);
        add_all(state.blocks);
        add(StoredNotice{state.notice});
        add(StoredSecret{state.secret});
        for (auto it = newest_first.rbegin(); it != newest_first.rend(); ++it) add(*it);
    }

    void change(const NameChange& change) {
        std::visit([this](const auto& what) { add(what); }, change);
    }

    /// The serial of a zone, 0 when there is none.
    std::uint64_t serial(const std::string& zone) const {
        const auto found = rows_.find("serial " + zone);
        return found == rows_.end() ? 0 : std::stoull(found->second);
    }
    std::size_t size() const { return rows_.size(); }

    friend bool operator==(const Picture&, const Picture&) = default;

    /// A row that only one of them has or that differs.
    friend std::string difference(const Picture& wanted, const Picture& found) {
        for (const auto& [key, value] : wanted.rows_) {
            const auto there = found.rows_.find(key);
            if (there == found.rows_.end()) return "missing: " + key;
            if (there->second != value) return "other than wanted: " + key;
        }
        for (const auto& [key, value] : found.rows_) {
            if (!wanted.rows_.contains(key)) return "not wanted: " + key;
        }
        return "none";
    }

private:
    template <class... Part>
    static std::string join(const Part&... part) {
        std::string all;
        ((all += text(part), all += '|'), ...);
        return all;
    }
    /// A long one as its hash.
    static std::string text(const std::string& text) {
        return text.size() < 100 ? text : std::to_string(std::hash<std::string>()(text));
    }
    static std::string text(Bytes bytes) { return text(std::string(as_text(bytes))); }
    template <std::integral Number>
    static std::string text(Number number) {
        return std::to_string(number);
    }

    template <class Row>
    void add_all(const std::vector<Row>& rows) {
        for (const Row& row : rows) add(row);
    }

    static std::string key_of(const std::string& zone, Bytes owner, std::uint16_t type) {
        return "set " + join(zone, owner, type);
    }
    void add(const StoredSet& set) {
        rows_[key_of(set.zone, set.owner, set.type)] = join(set.ttl, set.count, Bytes(set.records));
    }
    void add(const ForgetSet& set) { rows_.erase(key_of(set.zone, set.owner, set.type)); }
    void add(const StoredSerial& serial) {
        rows_["serial " + serial.zone] = std::to_string(serial.serial);
    }
    void add(const StoredKeyTime& time) { rows_["key time " + time.key] = join(time.signed_at); }
    void add(const StoredZoneKey& key) {
        rows_["zone key " + key.zone] = join(Bytes(key.key), key.created);
    }
    void add(const StoredAccount& account) {
        rows_["account " + join(account.id)] =
            join(account.name, account.password, account.locked, account.created, account.seen);
    }
    void add(const ForgetAccount& account) {
        rows_.erase("account " + join(account.id));
        std::erase_if(rows_, [&account](const auto& row) {
            return row.first.starts_with("token ") && row.second.starts_with(join(account.id));
        });
    }
    void add(const StoredToken& token) {
        rows_["token " + join(Bytes(token.hash))] =
            join(token.account, token.name, token.label, token.created);
    }
    void add(const ForgetToken& token) { rows_.erase("token " + join(Bytes(token.hash))); }
    void add(const StoredName& name) {
        rows_["name " + name.name] =
            join(name.account, name.created, name.confirmed, name.counter, name.offline);
    }
    void add(const ForgetName& name) { rows_.erase("name " + name.name); }
    void add(const StoredTombstone& tombstone) {
        rows_["tombstone " + tombstone.name] =
            join(tombstone.until, tombstone.why, tombstone.account);
    }
    void add(const ForgetTombstone& tombstone) { rows_.erase("tombstone " + tombstone.name); }
    void add(const StoredBlock& block) {
        rows_["block " + block.network] = join(block.why, block.created);
    }
    void add(const ForgetBlock& block) { rows_.erase("block " + block.network); }
    void add(const StoredEvidence& evidence) {
        rows_["evidence " + std::to_string(++evidence_)] =
            join(evidence.at, evidence.what, evidence.name, evidence.text);
    }
    void add(const StoredNotice& notice) {
        rows_.erase("notice");
        if (!notice.text.empty()) rows_["notice"] = notice.text;
    }
    void add(const StoredSecret& secret) {
        rows_.erase("secret");
        if (secret.secret != StoredSecret{}.secret) rows_["secret"] = text(Bytes(secret.secret));
    }

    std::map<std::string, std::string> rows_;
    std::size_t evidence_ = 0;
};

inline constexpr unsigned kBatches = 60;

/// The batches of the script, from 1 on.
class Script {
public:
    static std::vector<NameChange> batch(unsigned number) {
        std::vector<NameChange> changes;
        const auto n = std::to_string(number);
        if (number == kLargerThanCache) add_sets(changes, "cache" + n, 8, 10'000, number);
        switch (number % 10) {
        case 0:
            changes.emplace_back(StoredNotice{"notice " + n});
            changes.emplace_back(secret(number));
            changes.emplace_back(StoredZoneKey{"example.net", bytes(120, number), number});
            changes.emplace_back(StoredKeyTime{"key.example.net", number});
            break;
        case 1:
            add_sets(changes, "one", 1, 40, number);
            break;
        case 2:
            add_account(changes, number);
            break;
        case 3:
            add_sets(changes, "many" + n, 24, 60, number);
            break;
        case 4:
            add_sets(changes, "large", 1, 20'000, number);
            break;
        case 5:
            add_operator_rows(changes, number);
            break;
        case 6:
            add_sets(changes, "fill", 7, 9'000, number);
            break;
        case 7:
            for (int i = 0; i < 24; i += 2)
                changes.emplace_back(forget("many" + std::to_string(number - 4), i));
            break;
        case 8:
            forget_rows(changes, number);
            break;
        case 9:
            add_sets(changes, "many" + std::to_string(number - 6), 24, 90, number);
            break;
        default:
            break;
        }
        return changes;
    }

private:
    /// More than LowLimits::kCachePages: part of it is written before the commit.
    static constexpr unsigned kLargerThanCache = 57;

    static std::vector<std::byte> bytes(std::size_t size, unsigned seed) {
        std::vector<std::byte> made(size);
        for (std::size_t i = 0; i < size; ++i)
            made[i] = static_cast<std::byte>(i * 7 + i / 251 + seed);
        return made;
    }
    static std::vector<std::byte> owner(const std::string& name, int number) {
        const Bytes text = as_bytes(name);
        std::vector<std::byte> made(text.begin(), text.end());
        made.push_back(static_cast<std::byte>(number));
        return made;
    }
    static void add_sets(std::vector<NameChange>& changes, const std::string& name, int count,
                         std::size_t size, unsigned seed) {
        for (int i = 0; i < count; ++i) {
            changes.emplace_back(StoredSet{"example.net", owner(name, i), 16, 60, 1,
                                           bytes(size, seed + static_cast<unsigned>(i))});
        }
    }
    static ForgetSet forget(const std::string& name, int number) {
        return {"example.net", owner(name, number), 16};
    }
    static StoredSecret secret(unsigned seed) {
        StoredSecret made;
        std::ranges::copy(bytes(made.secret.size(), seed), made.secret.begin());
        return made;
    }
    static TokenHash hash(unsigned number, int token) {
        TokenHash made{};
        made[0] = static_cast<std::byte>(number);
        made[1] = static_cast<std::byte>(token);
        return made;
    }
    static std::string host(unsigned number, int name) {
        return "host" + std::to_string(name) + ".of" + std::to_string(number) + ".example.net";
    }

    static void add_account(std::vector<NameChange>& changes, unsigned number) {
        changes.emplace_back(StoredAccount{number, "person" + std::to_string(number),
                                           std::string(200, 'p'), false, 100, number});
        for (int i = 0; i < 5; ++i) {
            changes.emplace_back(StoredToken{hash(number, i), number, host(number, i), "router"});
            changes.emplace_back(StoredName{host(number, i), number, 1, 2, number, i % 2 == 0});
        }
    }
    static void add_operator_rows(std::vector<NameChange>& changes, unsigned number) {
        const auto n = std::to_string(number);
        changes.emplace_back(StoredTombstone{"gone" + n + ".example.net", 9, "taken down", number});
        changes.emplace_back(StoredBlock{"192.0.2." + n + "/32", "phishing", number});
        for (int i = 0; i < 3; ++i) {
            changes.emplace_back(
                StoredEvidence{number, "takedown", "gone" + n, std::string(2000, 'e')});
        }
    }
    static void forget_rows(std::vector<NameChange>& changes, unsigned number) {
        const auto n = std::to_string(number - 3);
        changes.emplace_back(ForgetTombstone{"gone" + n + ".example.net"});
        changes.emplace_back(ForgetBlock{"192.0.2." + n + "/32"});
        changes.emplace_back(ForgetToken{hash(number - 6, 0)});
        for (int i = 0; i < 5; ++i) changes.emplace_back(ForgetName{host(number - 6, i)});
        if (number % 20 == 8) changes.emplace_back(ForgetAccount{number - 6});
    }
};

}  // namespace homeport::store::testing
