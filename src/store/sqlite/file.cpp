#include "store/sqlite/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace homeport::store {
namespace {

std::unexpected<Error> file_error(const std::string& path) {
    return fail(Errc::io, path + ": " + std::strerror(errno) +
                              "; check that its folder exists and that homeport may write it");
}

/// Makes the file, with mode 0600 whatever the umask. An existing file is not opened here: closing
/// it would take this process's locks on it away from another connection (fcntl(2), advisory record
/// locking).
Result<> make_file(const std::string& path) {
    const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0) return errno == EEXIST ? Result<>() : file_error(path);
    ::close(made);
    return {};
}

/// Nobody else may read it: also not when it was copied here from elsewhere.
Result<> tighten_mode(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return file_error(path);
    if ((status.st_mode & 0077) != 0 && ::chmod(path.c_str(), 0600) != 0) return file_error(path);
    return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_file(const std::string& path, const Schema& schema) {
    if (auto made = make_file(path); !made) return std::unexpected(made.error());
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto ready = prepare_schema(**database, path, schema); !ready)
        return std::unexpected(ready.error());
    if (auto tight = tighten_mode(path); !tight) return std::unexpected(tight.error());
    return database;
}

}  // namespace homeport::store
