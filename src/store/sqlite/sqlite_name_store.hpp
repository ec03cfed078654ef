#pragma once
/// The name store in one SQLite file; what sqlite_store.hpp says of files and errors holds here
/// too.

#include "store/name_store.hpp"

#include <memory>
#include <string>

namespace homeport::store {

Result<std::unique_ptr<NameStore>> open_sqlite_names(const std::string& path);

}  // namespace homeport::store
