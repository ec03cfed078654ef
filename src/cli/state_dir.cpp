#include "cli/state_dir.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace homeport::cli {
namespace {

/// A descriptor that closes itself.
class File {
public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

private:
    int fd_;
};

std::unexpected<Error> io_error(std::string_view doing, const std::string& path) {
    return fail(Errc::io, fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

bool others_may_write(const struct stat& info) {
    return (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

Result<> write_all(int fd, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error("write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0) return io_error("write", path);
    return {};
}

Result<> sync_directory_of(const std::string& path) {
    const std::string directory = std::filesystem::absolute(path).parent_path();
    const File file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.open() || ::fsync(file.get()) != 0) return io_error("write", directory);
    return {};
}

}  // namespace

Result<> prepare_state_dir(const std::string& path) {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::absolute(path, error).parent_path();
    std::filesystem::create_directories(parent, error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return io_error("make directory", path);

    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return io_error("look at", path);
    if (!S_ISDIR(info.st_mode)) {
        return fail(Errc::denied, fmt::format("{} is no directory: move it away", path));
    }
    if (others_may_write(info)) {
        return fail(Errc::denied,
                    fmt::format("other users may write in {}: run chmod go-w {}", path, path));
    }
    if (::geteuid() != 0 && info.st_uid != ::geteuid()) {
        return fail(Errc::denied,
                    fmt::format("{} belongs to another user: run as that user, or with "
                                "sudo",
                                path));
    }
    return {};
}

Result<> become_owner_of(const std::string& path) {
    struct stat info{};
    if (::geteuid() != 0 || ::stat(path.c_str(), &info) != 0 || info.st_uid == 0) return {};
    if (::setgroups(0, nullptr) != 0 || ::setresgid(info.st_gid, info.st_gid, info.st_gid) != 0 ||
        ::setresuid(info.st_uid, info.st_uid, info.st_uid) != 0) {
        return io_error("become the owner of", path);
    }
    return {};
}

Result<std::string> read_trusted_file(const std::string& path, std::size_t max_bytes) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) {
        if (errno == ENOENT) return fail(Errc::not_found, fmt::format("{} does not exist", path));
        return io_error("read", path);
    }
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return io_error("look at", path);
    if (others_may_write(info)) {
        return fail(Errc::denied,
                    fmt::format("other users may write {}: run chmod 600 {}", path, path));
    }
    std::string content(max_bytes + 1, '\0');
    std::size_t used = 0;
    while (used < content.size()) {
        const ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error("read", path);
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
    }
    if (used > max_bytes) return fail(Errc::limit, fmt::format("{} is too large", path));
    content.resize(used);
    return content;
}

Result<> write_private_file(const std::string& path, std::string_view content) {
    const std::string temporary = fmt::format("{}.new.{}", path, ::getpid());
    {
        const File file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file.open()) return io_error("write", temporary);
        if (auto written = write_all(file.get(), content, temporary); !written) {
            ::unlink(temporary.c_str());
            return written;
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        auto failed = io_error("replace", path);
        ::unlink(temporary.c_str());
        return failed;
    }
    return sync_directory_of(path);
}

}  // namespace homeport::cli
