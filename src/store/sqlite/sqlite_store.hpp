#pragma once
/// The relay's store in one SQLite file (write-ahead log, full synchronisation): a call that
/// returned is on disk, also after a power cut. Several processes may have the file open; one store
/// serves one thread.

#include "store/relay_store.hpp"

#include <memory>
#include <string>

namespace homeport::store {

/// Opens the file, or makes it with mode 0600; its folder must exist. A file of an older schema is
/// brought forward; one of a newer schema or of another program is refused (`invalid`). A busy file
/// is waited for kBusyTimeout long. Errors of all calls: `io`, with the path, SQLite's message and
/// a remedy.
Result<std::unique_ptr<RelayStore>> open_sqlite(const std::string& path);

}  // namespace homeport::store
