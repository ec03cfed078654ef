#include "store/sqlite/database.hpp"

#include <utility>

namespace homeport::store {
namespace {

std::string_view remedy(int code) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "make room on the disk";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return "let the user who runs homeport write the file and its folder";
    case SQLITE_CANTOPEN:
        return "check that the folder exists and that homeport may write it";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process holds the file; stop it or try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the file is damaged or of another program; put a backup in its place";
    case SQLITE_NOMEM:
        return "free some memory";
    default:
        return "check the disk and its free space";
    }
}

}  // namespace

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    keep(sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement,
                            nullptr));
    statement_.reset(statement);
}

void Statement::keep(int code) {
    if (code != SQLITE_OK && !failed_) failed_ = database_.error();
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    if (statement_) keep(sqlite3_bind_int64(statement_.get(), parameter, value));
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
    // A null pointer would bind NULL; the empty text is a text.
    const char* const data = value.empty() ? "" : value.data();
    if (statement_) {
        keep(sqlite3_bind_text64(statement_.get(), parameter, data, value.size(), SQLITE_STATIC,
                                 SQLITE_UTF8));
    }
    return *this;
}

Statement& Statement::bind(int parameter, Bytes value) {
    const void* const data = value.empty() ? static_cast<const void*>("") : value.data();
    if (statement_) {
        keep(sqlite3_bind_blob64(statement_.get(), parameter, data, value.size(), SQLITE_STATIC));
    }
    return *this;
}

Result<bool> Statement::step() {
    if (failed_) return std::unexpected(*failed_);
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return std::unexpected(database_.error());
}

Result<> Statement::run() {
    while (true) {
        const auto row = step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return {};
    }
}

Statement& Statement::reset() {
    // What made the last step fail was told then.
    if (statement_) static_cast<void>(sqlite3_reset(statement_.get()));
    return *this;
}

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto found = bytes(column);
    return std::string(as_text(found));
}

std::vector<std::byte> Statement::bytes(int column) const {
    const auto* const data =
        static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? std::vector<std::byte>{} : std::vector<std::byte>(data, data + size);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
    auto database = std::make_unique<Database>(path);
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
    database->handle_.reset(handle);
    if (code != SQLITE_OK) return std::unexpected(database->error());
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    return database;
}

Result<> Database::run(std::string_view sql) {
    return Statement(*this, sql).run();
}

Result<std::int64_t> Database::integer(std::string_view sql) {
    Statement statement(*this, sql);
    const auto row = statement.step();
    if (!row) return std::unexpected(row.error());
    return *row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) {
    Statement statement(*this, sql);
    const auto row = statement.step();
    if (!row) return std::unexpected(row.error());
    return *row ? statement.text(0) : std::string();
}

Error Database::error() const {
    if (!handle_) return {Errc::io, path_ + ": out of memory; free some"};
    const int code = sqlite3_errcode(handle_.get());
    return {Errc::io,
            path_ + ": " + sqlite3_errmsg(handle_.get()) + "; " + std::string(remedy(code))};
}

Transaction::~Transaction() {
    // Some errors (a full disk) have rolled back already; then this one fails, and that is fine.
    if (open_) static_cast<void>(database_.run("ROLLBACK"));
}

Result<> Transaction::begin() {
    auto begun = database_.run("BEGIN IMMEDIATE");
    open_ = begun.has_value();
    return begun;
}

Result<> Transaction::commit() {
    auto committed = database_.run("COMMIT");
    if (committed) open_ = false;
    return committed;
}

}  // namespace homeport::store
