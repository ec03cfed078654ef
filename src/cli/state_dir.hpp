#pragma once
/// The directory in which a role keeps what must outlive it, and small private files in it.

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace homeport::cli {

/// Makes the directory (0700, parents 0755) if it is missing. Errors: denied when it is no
/// directory, or group or others may write in it, or it belongs to another user (root may use
/// anybody's); io.
Result<> prepare_state_dir(const std::string& path);

/// Root becomes the owner of an existing directory, for good: a command run with sudo must not
/// leave files that the service's own user cannot read. Does nothing for other users. Error: io.
Result<> become_owner_of(const std::string& path);

/// The whole file. Errors: not_found; denied when group or others may write it; limit; io.
Result<std::string> read_trusted_file(const std::string& path, std::size_t max_bytes);

/// Replaces the file (0600) so that a crash leaves the old or the new one, whole: a temporary file
/// beside it, fsync, rename, fsync of the directory. Error: io.
Result<> write_private_file(const std::string& path, std::string_view content);

}  // namespace homeport::cli
