#pragma once
/// A thin layer over sqlite3: connections, statements and transactions that clean up after
/// themselves, and errors as values.

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <sqlite3.h>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::store {

/// How long a call waits for another process that is writing.
inline constexpr int kBusyTimeoutMs = 5000;

class Database;

/// A prepared statement. Parameters count from 1, columns from 0. Texts and bytes that are bound
/// must live until the last step.
class Statement {
public:
    /// A fault in preparing or binding is told by the first step.
    Statement(Database& database, std::string_view sql);

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view value);
    Statement& bind(int parameter, Bytes value);

    /// True while there is a row.
    Result<bool> step();
    /// Steps to the end of a statement without rows.
    Result<> run();
    /// Makes it ready to be bound and stepped once more.
    Statement& reset();

    bool null(int column) const;
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    std::vector<std::byte> bytes(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    void keep(int code);

    Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::optional<Error> failed_;  ///< of preparing or binding
};

class Database {
public:
    /// Not open yet: use open().
    explicit Database(std::string path) : path_(std::move(path)) {}
    /// The file must exist; an empty file is an empty database.
    static Result<std::unique_ptr<Database>> open(const std::string& path);

    /// One statement without parameters.
    Result<> run(std::string_view sql);
    /// The first column of the first row; 0 when there is none.
    Result<std::int64_t> integer(std::string_view sql);
    Result<std::string> text(std::string_view sql);

    sqlite3* handle() { return handle_.get(); }
    /// SQLite's present error, with the path and a remedy.
    Error error() const;

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    std::string path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// Everything between begin() and commit() happens, or nothing does. Takes the writer's lock at
/// once, so that what was read within it is still true when it writes.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    Result<> begin();
    Result<> commit();

private:
    Database& database_;
    bool open_ = false;
};

}  // namespace homeport::store
