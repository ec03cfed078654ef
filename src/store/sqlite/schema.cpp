#include "store/sqlite/schema.hpp"

#include <array>
#include <span>

namespace homeport::store {
namespace {

using Step = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> kRelayVersion1{
    R"(CREATE TABLE agents (
        name    TEXT PRIMARY KEY,
        key     BLOB UNIQUE CHECK (length(key) = 32),
        revoked INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL,
        paired  INTEGER NOT NULL DEFAULT 0,
        offers  BLOB NOT NULL DEFAULT x''
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE hosts (
        agent    TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        host     TEXT NOT NULL,
        PRIMARY KEY (agent, position)
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE ports (
        agent    TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        first    INTEGER NOT NULL CHECK (first BETWEEN 1 AND last),
        last     INTEGER NOT NULL CHECK (last <= 65535),
        PRIMARY KEY (agent, position)
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE invites (
        secret_hash BLOB PRIMARY KEY CHECK (length(secret_hash) = 32),
        agent       TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        created     INTEGER NOT NULL,
        expires     INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    "CREATE INDEX invites_by_agent ON invites (agent)",
    "PRAGMA application_id = 1752002932",  // "hmpt"
};
constexpr std::array<std::string_view, 1> kRelayVersion2{
    R"(CREATE TABLE may_park (
        agent    TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        home     TEXT NOT NULL,
        PRIMARY KEY (agent, position)
    ) STRICT, WITHOUT ROWID)",
};
constexpr std::array<Step, 2> kRelaySteps{Step(kRelayVersion1), Step(kRelayVersion2)};

constexpr std::array<std::string_view, 13> kNamesVersion1{
    R"(CREATE TABLE sets (
        zone    TEXT NOT NULL,
        owner   BLOB NOT NULL,
        type    INTEGER NOT NULL,
        ttl     INTEGER NOT NULL,
        count   INTEGER NOT NULL,
        records BLOB NOT NULL,
        PRIMARY KEY (zone, owner, type)
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE serials (
        zone   TEXT PRIMARY KEY,
        serial INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE key_times (
        key       TEXT PRIMARY KEY,
        signed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE zone_keys (
        zone    TEXT PRIMARY KEY,
        key     BLOB NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE accounts (
        id       INTEGER PRIMARY KEY,
        name     TEXT NOT NULL UNIQUE,
        password TEXT NOT NULL,
        locked   INTEGER NOT NULL,
        created  INTEGER NOT NULL,
        seen     INTEGER NOT NULL
    ) STRICT)",
    R"(CREATE TABLE tokens (
        hash    BLOB PRIMARY KEY CHECK (length(hash) = 16),
        account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        name    TEXT NOT NULL,
        label   TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    "CREATE INDEX tokens_by_account ON tokens (account)",
    R"(CREATE TABLE names (
        name      TEXT PRIMARY KEY,
        account   INTEGER NOT NULL REFERENCES accounts (id),
        created   INTEGER NOT NULL,
        confirmed INTEGER NOT NULL,
        counter   INTEGER NOT NULL,
        offline   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE tombstones (
        name    TEXT PRIMARY KEY,
        until   INTEGER NOT NULL,
        why     TEXT NOT NULL,
        account INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE blocks (
        network TEXT PRIMARY KEY,
        why     TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE evidence (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at     INTEGER NOT NULL,
        what   TEXT NOT NULL,
        name   TEXT NOT NULL,
        text   TEXT NOT NULL
    ) STRICT)",
    "CREATE TABLE single (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "PRAGMA application_id = 1752002670",  // "hmpn"
};
constexpr std::array<Step, 1> kNamesSteps{Step(kNamesVersion1)};

/// The version of the file, 0 for an empty one.
Result<std::size_t> read_version(Database& database, const std::string& path,
                                 const Schema& schema) {
    const auto version = database.integer("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto application = database.integer("PRAGMA application_id");
    if (!application) return std::unexpected(application.error());
    const auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());
    const bool fresh = *version == 0 && *application == 0 && *tables == 0;
    if (!fresh && *application != schema.application_id) {
        return fail(Errc::invalid, path + " is a database of another program; name another file");
    }
    if (*version < 0 || static_cast<std::size_t>(*version) > schema.steps.size()) {
        return fail(Errc::invalid, path + " has schema " + std::to_string(*version) +
                                       ", this homeport knows up to " +
                                       std::to_string(schema.steps.size()) +
                                       "; install the newer homeport again");
    }
    return static_cast<std::size_t>(*version);
}

/// One transaction for the look and the change: several processes may open a new file at once. A
/// foreign file stays as it is.
Result<> migrate(Database& database, const std::string& path, const Schema& schema) {
    Transaction transaction(database);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto version = read_version(database, path, schema);
    if (!version) return std::unexpected(version.error());
    if (*version == schema.steps.size()) return {};
    for (const Step& step : schema.steps.subspan(*version)) {
        for (const std::string_view sql : step) {
            if (auto done = database.run(sql); !done) return done;
        }
    }
    const std::string stamp = "PRAGMA user_version = " + std::to_string(schema.steps.size());
    if (auto stamped = database.run(stamp); !stamped) return stamped;
    return transaction.commit();
}

Result<> use_write_ahead_log(Database& database, const std::string& path) {
    const auto mode = database.text("PRAGMA journal_mode = WAL");
    if (!mode) return std::unexpected(mode.error());
    if (*mode != "wal") {
        return fail(Errc::io, path +
                                  ": the disk cannot hold a write-ahead log; put state_dir on a "
                                  "local disk");
    }
    return {};
}

}  // namespace

const Schema kRelaySchema{1752002932, kRelaySteps};
const Schema kNamesSchema{1752002670, kNamesSteps};

Result<> prepare_schema(Database& database, const std::string& path, const Schema& schema) {
    for (const auto* pragma :
         {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF"}) {
        if (auto set = database.run(pragma); !set) return set;
    }
    if (auto ready = migrate(database, path, schema); !ready) return ready;
    return use_write_ahead_log(database, path);
}

}  // namespace homeport::store
