#include "config/load.hpp"

#include "config/limits.hpp"
#include "config/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace homeport::config {
namespace {

class OpenFile {
public:
    explicit OpenFile(const std::string& path)
        // A pipe must not make us wait for its writer.
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    bool ok() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// `name` begins a message: the path and a blank, or nothing where the path stands there already.
std::unexpected<Error> system_error(const std::string& name, int code) {
    const std::string what = name + "cannot be read: " + std::strerror(code);
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return fail(Errc::not_found, what + "; check the path");
    case EACCES:
    case EPERM:
        return fail(Errc::denied, what + "; let the user who runs homeport read it");
    default:
        return fail(Errc::io, what + "; check the disk and the path");
    }
}

Result<> check_regular(const std::string& name, const struct stat& status) {
    if (S_ISREG(status.st_mode)) return {};
    const std::string what = S_ISDIR(status.st_mode) ? "is a folder" : "is not a regular file";
    return fail(Errc::invalid, name + what + "; name a file");
}

Result<std::string> read_all(const std::string& name, int descriptor, std::size_t max_bytes) {
    std::string contents;
    std::array<char, 16384> buffer;
    while (true) {
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count == 0) return contents;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(name, errno);
        contents.append(buffer.data(), static_cast<std::size_t>(count));
        if (contents.size() > max_bytes) {
            return fail(Errc::limit, name + "is longer than " + std::to_string(max_bytes / kKiB) +
                                         " KiB; make it shorter");
        }
    }
}

/// Whoever can write the settings decides what homeport opens to the world.
Result<> check_writers(const std::string& path, const struct stat& status) {
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    return fail(Errc::denied,
                "can be written by its group or by everybody; run: chmod go-w " + path);
}

Result<> check_readers(const std::string& path, const struct stat& status) {
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
    return fail(Errc::denied,
                path + " can be used by its group or by everybody; run: chmod go-rwx " + path);
}

enum class Trust : unsigned char { any, owner_writes_only, owner_only };

Result<std::string> read_file(const std::string& path, std::size_t max_bytes, Trust trust) {
    const std::string name = trust == Trust::owner_writes_only ? "" : path + " ";
    const OpenFile file(path);
    if (!file.ok()) return system_error(name, errno);
    struct stat status{};
    if (::fstat(file.descriptor(), &status) != 0) return system_error(name, errno);
    if (const auto regular = check_regular(name, status); !regular) {
        return std::unexpected(regular.error());
    }
    if (trust == Trust::owner_writes_only) {
        if (const auto writers = check_writers(path, status); !writers) {
            return std::unexpected(writers.error());
        }
    }
    if (trust == Trust::owner_only) {
        if (const auto readers = check_readers(path, status); !readers) {
            return std::unexpected(readers.error());
        }
    }
    return read_all(name, file.descriptor(), max_bytes);
}

class DiskFiles final : public FileReader {
public:
    Result<std::string> read(const std::string& path, std::size_t max_bytes) override {
        return read_file(path, max_bytes, Trust::any);
    }
    Result<std::string> read_secret(const std::string& path, std::size_t max_bytes) override {
        return read_file(path, max_bytes, Trust::owner_only);
    }
};

Loaded<std::string> read_settings(const std::string& path) {
    auto text = read_file(path, kMaxFileBytes, Trust::owner_writes_only);
    if (text) return std::move(*text);
    Report report(path);
    report.add(1, "settings file", text.error(), "check the file");
    return std::unexpected(report.take());
}

}  // namespace

Loaded<Relay> load_relay(const std::string& path) {
    const auto text = read_settings(path);
    if (!text) return std::unexpected(text.error());
    DiskFiles files;
    return parse_relay(*text, path, files);
}

Loaded<Agent> load_agent(const std::string& path) {
    const auto text = read_settings(path);
    if (!text) return std::unexpected(text.error());
    DiskFiles files;
    return parse_agent(*text, path, files);
}

Loaded<Role> detect_role(const std::string& path) {
    const auto text = read_settings(path);
    if (!text) return std::unexpected(text.error());
    return parse_role(*text, path);
}

}  // namespace homeport::config
