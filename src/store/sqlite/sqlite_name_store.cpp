#include "store/sqlite/sqlite_name_store.hpp"

#include "store/sqlite/file.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace homeport::store {
namespace {

constexpr std::string_view kSecretKey = "secret";
constexpr std::string_view kNoticeKey = "notice";

template <std::size_t Size>
std::array<std::byte, Size> to_array(const std::vector<std::byte>& bytes) {
    std::array<std::byte, Size> made{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), Size), made.begin());
    return made;
}

template <class Unsigned>
std::int64_t as_integer(Unsigned value) {
    return static_cast<std::int64_t>(value);
}

class SqliteNameStore final : public NameStore {
public:
    explicit SqliteNameStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

    Result<> apply(std::span<const NameChange> changes) override;
    Result<NameState> load() override;
    Result<std::vector<StoredEvidence>> evidence(const std::string& name,
                                                 std::size_t limit) override;

private:
    /// Prepared once: a batch has hundreds of the same.
    Statement& prepared(std::string_view sql);
    template <class Row>
    Result<> rows(std::string_view sql, Row row);

    Result<> write(const StoredSet& set);
    Result<> write(const ForgetSet& set);
    Result<> write(const StoredSerial& serial);
    Result<> write(const StoredKeyTime& time);
    Result<> write(const StoredZoneKey& key);
    Result<> write(const StoredAccount& account);
    Result<> write(const ForgetAccount& account);
    Result<> write(const StoredToken& token);
    Result<> write(const ForgetToken& token);
    Result<> write(const StoredName& name);
    Result<> write(const ForgetName& name);
    Result<> write(const StoredTombstone& tombstone);
    Result<> write(const ForgetTombstone& tombstone);
    Result<> write(const StoredBlock& block);
    Result<> write(const ForgetBlock& block);
    Result<> write(const StoredEvidence& evidence);
    Result<> write(const StoredNotice& notice);
    Result<> write(const StoredSecret& secret);
    Result<> write_single(std::string_view key, Bytes value);
    Result<> forget(std::string_view sql, std::string_view key);

    Result<> load_zones(NameState& state);
    Result<> load_accounts(NameState& state);
    Result<> load_names(NameState& state);
    Result<> load_single(NameState& state);

    std::unique_ptr<Database> database_;
    std::map<const char*, Statement> statements_;  ///< by the literal's address
};

Statement& SqliteNameStore::prepared(std::string_view sql) {
    auto found = statements_.find(sql.data());
    if (found == statements_.end())
        found = statements_.try_emplace(sql.data(), *database_, sql).first;
    return found->second.reset();
}

Result<> SqliteNameStore::apply(std::span<const NameChange> changes) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    for (const NameChange& change : changes) {
        auto done = std::visit([this](const auto& what) { return write(what); }, change);
        if (!done) return done;
    }
    return transaction.commit();
}

// ---- writing

Result<> SqliteNameStore::write(const StoredSet& set) {
    return prepared("INSERT OR REPLACE INTO sets VALUES (?, ?, ?, ?, ?, ?)")
        .bind(1, set.zone)
        .bind(2, Bytes(set.owner))
        .bind(3, set.type)
        .bind(4, set.ttl)
        .bind(5, set.count)
        .bind(6, Bytes(set.records))
        .run();
}

Result<> SqliteNameStore::write(const ForgetSet& set) {
    return prepared("DELETE FROM sets WHERE zone = ? AND owner = ? AND type = ?")
        .bind(1, set.zone)
        .bind(2, Bytes(set.owner))
        .bind(3, set.type)
        .run();
}

Result<> SqliteNameStore::write(const StoredSerial& serial) {
    return prepared("INSERT OR REPLACE INTO serials VALUES (?, ?)")
        .bind(1, serial.zone)
        .bind(2, serial.serial)
        .run();
}

Result<> SqliteNameStore::write(const StoredKeyTime& time) {
    return prepared("INSERT OR REPLACE INTO key_times VALUES (?, ?)")
        .bind(1, time.key)
        .bind(2, as_integer(time.signed_at))
        .run();
}

Result<> SqliteNameStore::write(const StoredZoneKey& key) {
    return prepared("INSERT OR REPLACE INTO zone_keys VALUES (?, ?, ?)")
        .bind(1, key.zone)
        .bind(2, Bytes(key.key))
        .bind(3, key.created)
        .run();
}

/// An upsert, not a replacement: that would take the account's tokens along.
Result<> SqliteNameStore::write(const StoredAccount& account) {
    return prepared(
               "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
               "name = excluded.name, password = excluded.password, locked = excluded.locked, "
               "created = excluded.created, seen = excluded.seen")
        .bind(1, as_integer(account.id))
        .bind(2, account.name)
        .bind(3, account.password)
        .bind(4, account.locked ? 1 : 0)
        .bind(5, account.created)
        .bind(6, account.seen)
        .run();
}

Result<> SqliteNameStore::write(const ForgetAccount& account) {
    return prepared("DELETE FROM accounts WHERE id = ?").bind(1, as_integer(account.id)).run();
}

Result<> SqliteNameStore::write(const StoredToken& token) {
    return prepared("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?)")
        .bind(1, Bytes(token.hash))
        .bind(2, as_integer(token.account))
        .bind(3, token.name)
        .bind(4, token.label)
        .bind(5, token.created)
        .run();
}

Result<> SqliteNameStore::write(const ForgetToken& token) {
    return prepared("DELETE FROM tokens WHERE hash = ?").bind(1, Bytes(token.hash)).run();
}

Result<> SqliteNameStore::write(const StoredName& name) {
    return prepared("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, ?, ?)")
        .bind(1, name.name)
        .bind(2, as_integer(name.account))
        .bind(3, name.created)
        .bind(4, name.confirmed)
        .bind(5, as_integer(name.counter))
        .bind(6, name.offline ? 1 : 0)
        .run();
}

Result<> SqliteNameStore::write(const ForgetName& name) {
    return forget("DELETE FROM names WHERE name = ?", name.name);
}

Result<> SqliteNameStore::write(const StoredTombstone& tombstone) {
    return prepared("INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?)")
        .bind(1, tombstone.name)
        .bind(2, tombstone.until)
        .bind(3, tombstone.why)
        .bind(4, as_integer(tombstone.account))
        .run();
}

Result<> SqliteNameStore::write(const ForgetTombstone& tombstone) {
    return forget("DELETE FROM tombstones WHERE name = ?", tombstone.name);
}

Result<> SqliteNameStore::write(const StoredBlock& block) {
    return prepared("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)")
        .bind(1, block.network)
        .bind(2, block.why)
        .bind(3, block.created)
        .run();
}

Result<> SqliteNameStore::write(const ForgetBlock& block) {
    return forget("DELETE FROM blocks WHERE network = ?", block.network);
}

Result<> SqliteNameStore::write(const StoredEvidence& evidence) {
    return prepared("INSERT INTO evidence (at, what, name, text) VALUES (?, ?, ?, ?)")
        .bind(1, evidence.at)
        .bind(2, evidence.what)
        .bind(3, evidence.name)
        .bind(4, evidence.text)
        .run();
}

Result<> SqliteNameStore::write(const StoredNotice& notice) {
    return write_single(kNoticeKey, as_bytes(notice.text));
}

Result<> SqliteNameStore::write(const StoredSecret& secret) {
    return write_single(kSecretKey, secret.secret);
}

Result<> SqliteNameStore::write_single(std::string_view key, Bytes value) {
    return prepared("INSERT OR REPLACE INTO single VALUES (?, ?)")
        .bind(1, key)
        .bind(2, value)
        .run();
}

Result<> SqliteNameStore::forget(std::string_view sql, std::string_view key) {
    return prepared(sql).bind(1, key).run();
}

// ---- reading

template <class Row>
Result<> SqliteNameStore::rows(std::string_view sql, Row row) {
    Statement statement(*database_, sql);
    auto there = statement.step();
    for (; there && *there; there = statement.step()) row(statement);
    if (!there) return std::unexpected(there.error());
    return {};
}

Result<NameState> SqliteNameStore::load() {
    NameState state;
    for (const auto part : {&SqliteNameStore::load_zones, &SqliteNameStore::load_accounts,
                            &SqliteNameStore::load_names, &SqliteNameStore::load_single}) {
        if (auto loaded = (this->*part)(state); !loaded) return std::unexpected(loaded.error());
    }
    return state;
}

Result<> SqliteNameStore::load_zones(NameState& state) {
    auto done = rows("SELECT * FROM sets", [&state](const Statement& row) {
        state.sets.push_back({row.text(0), row.bytes(1), static_cast<std::uint16_t>(row.integer(2)),
                              static_cast<std::uint32_t>(row.integer(3)),
                              static_cast<std::uint16_t>(row.integer(4)), row.bytes(5)});
    });
    if (!done) return done;
    done = rows("SELECT * FROM serials", [&state](const Statement& row) {
        state.serials.push_back({row.text(0), static_cast<std::uint32_t>(row.integer(1))});
    });
    if (!done) return done;
    done = rows("SELECT * FROM key_times", [&state](const Statement& row) {
        state.key_times.push_back({row.text(0), static_cast<std::uint64_t>(row.integer(1))});
    });
    if (!done) return done;
    return rows("SELECT * FROM zone_keys", [&state](const Statement& row) {
        state.zone_keys.push_back({row.text(0), row.bytes(1), row.integer(2)});
    });
}

Result<> SqliteNameStore::load_accounts(NameState& state) {
    auto done = rows("SELECT * FROM accounts", [&state](const Statement& row) {
        state.accounts.push_back({static_cast<std::uint64_t>(row.integer(0)), row.text(1),
                                  row.text(2), row.integer(3) != 0, row.integer(4),
                                  row.integer(5)});
    });
    if (!done) return done;
    return rows("SELECT * FROM tokens", [&state](const Statement& row) {
        state.tokens.push_back({to_array<16>(row.bytes(0)),
                                static_cast<std::uint64_t>(row.integer(1)), row.text(2),
                                row.text(3), row.integer(4)});
    });
}

Result<> SqliteNameStore::load_names(NameState& state) {
    auto done = rows("SELECT * FROM names", [&state](const Statement& row) {
        state.names.push_back({row.text(0), static_cast<std::uint64_t>(row.integer(1)),
                               row.integer(2), row.integer(3),
                               static_cast<std::uint64_t>(row.integer(4)), row.integer(5) != 0});
    });
    if (!done) return done;
    done = rows("SELECT * FROM tombstones", [&state](const Statement& row) {
        state.tombstones.push_back(
            {row.text(0), row.integer(1), row.text(2), static_cast<std::uint64_t>(row.integer(3))});
    });
    if (!done) return done;
    return rows("SELECT * FROM blocks", [&state](const Statement& row) {
        state.blocks.push_back({row.text(0), row.text(1), row.integer(2)});
    });
}

Result<> SqliteNameStore::load_single(NameState& state) {
    return rows("SELECT * FROM single", [&state](const Statement& row) {
        if (row.text(0) == kNoticeKey) state.notice = row.text(1);
        if (row.text(0) == kSecretKey) state.secret = to_array<32>(row.bytes(1));
    });
}

Result<std::vector<StoredEvidence>> SqliteNameStore::evidence(const std::string& name,
                                                              std::size_t limit) {
    Statement statement(*database_,
                        "SELECT at, what, name, text FROM evidence WHERE ?1 = '' OR name = ?1 "
                        "ORDER BY number DESC LIMIT ?2");
    statement.bind(1, name).bind(2, as_integer(limit));
    std::vector<StoredEvidence> found;
    auto row = statement.step();
    for (; row && *row; row = statement.step()) {
        found.push_back(
            {statement.integer(0), statement.text(1), statement.text(2), statement.text(3)});
    }
    if (!row) return std::unexpected(row.error());
    return found;
}

}  // namespace

Result<std::unique_ptr<NameStore>> open_sqlite_names(const std::string& path) {
    auto database = open_file(path, kNamesSchema);
    if (!database) return std::unexpected(database.error());
    return std::make_unique<SqliteNameStore>(std::move(*database));
}

}  // namespace homeport::store
