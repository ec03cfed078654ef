#pragma once
/// The tables, and how an older file is brought forward.

#include "store/sqlite/database.hpp"

#include <string>

namespace homeport::store {

/// Sets the connection up and brings the file to the present schema in one transaction. Errors: io;
/// invalid (written by a newer homeport, or by another program).
Result<> prepare_schema(Database& database, const std::string& path);

}  // namespace homeport::store
