#pragma once
/// The tables, and how an older file is brought forward.

#include "store/sqlite/database.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace homeport::store {

/// A file's kind and its history. A released step is never changed; a new schema is a new step
/// behind it. The first step sets `application_id` (PRAGMA).
struct Schema {
    std::int64_t application_id = 0;
    std::span<const std::span<const std::string_view>> steps;  ///< statements of each version
};

/// Sets the connection up and brings the file to the present schema in one transaction. Errors: io;
/// invalid (written by a newer homeport, or by another program).
Result<> prepare_schema(Database& database, const std::string& path, const Schema& schema);

extern const Schema kRelaySchema;
extern const Schema kNamesSchema;

}  // namespace homeport::store
