#pragma once

#include "store/sqlite/database.hpp"
#include "store/sqlite/schema.hpp"

#include <memory>
#include <string>

namespace homeport::store {

/// Opens a database of this schema, or makes its file; readable for its owner only. See
/// sqlite_store.hpp for what is refused.
Result<std::unique_ptr<Database>> open_file(const std::string& path, const Schema& schema);

}  // namespace homeport::store
