#include "store/sqlite/schema.hpp"

#include <array>
#include <span>

namespace homeport::store {
namespace {

using Step = std::span<const std::string_view>;

// A released step is never changed; a new schema is a new step behind it.
constexpr std::array<std::string_view, 6> kVersion1{
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
constexpr std::int64_t kApplicationId = 1752002932;

constexpr std::array<Step, 1> kSteps{Step(kVersion1)};

/// The version of the file, 0 for an empty one.
Result<std::size_t> read_version(Database& database, const std::string& path) {
    const auto version = database.integer("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto application = database.integer("PRAGMA application_id");
    if (!application) return std::unexpected(application.error());
    const auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());
    const bool fresh = *version == 0 && *application == 0 && *tables == 0;
    if (!fresh && *application != kApplicationId) {
        return fail(Errc::invalid, path + " is a database of another program; name another file");
    }
    if (*version < 0 || static_cast<std::size_t>(*version) > kSteps.size()) {
        return fail(Errc::invalid, path + " has schema " + std::to_string(*version) +
                                       ", this homeport knows up to " +
                                       std::to_string(kSteps.size()) +
                                       "; install the newer homeport again");
    }
    return static_cast<std::size_t>(*version);
}

/// One transaction for the look and the change: several processes may open a new file at once. A
/// foreign file stays as it is.
Result<> migrate(Database& database, const std::string& path) {
    Transaction transaction(database);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto version = read_version(database, path);
    if (!version) return std::unexpected(version.error());
    if (*version == kSteps.size()) return {};
    for (const Step& step : std::span(kSteps).subspan(*version)) {
        for (const std::string_view sql : step) {
            if (auto done = database.run(sql); !done) return done;
        }
    }
    const std::string stamp = "PRAGMA user_version = " + std::to_string(kSteps.size());
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

Result<> prepare_schema(Database& database, const std::string& path) {
    for (const auto* pragma :
         {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF"}) {
        if (auto set = database.run(pragma); !set) return set;
    }
    if (auto ready = migrate(database, path); !ready) return ready;
    return use_write_ahead_log(database, path);
}

}  // namespace homeport::store
