#include "cli/names_secret.hpp"

#include "cli/limits.hpp"
#include "cli/state_dir.hpp"
#include "net/linux/fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace homeport::cli {
namespace {

/// The terminal takes each key as it is, also those that would interrupt: an interrupted command
/// would leave it mute.
class MuteTerminal {
public:
    explicit MuteTerminal(int fd) : fd_(fd), good_(::tcgetattr(fd, &before_) == 0) {
        termios mute = before_;
        mute.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        mute.c_cc[VMIN] = 1;
        mute.c_cc[VTIME] = 0;
        good_ = good_ && ::tcsetattr(fd, TCSAFLUSH, &mute) == 0;
    }
    ~MuteTerminal() {
        if (good_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    }
    MuteTerminal(const MuteTerminal&) = delete;
    MuteTerminal& operator=(const MuteTerminal&) = delete;
    bool good() const { return good_; }

private:
    int fd_;
    termios before_{};
    bool good_;
};

void say(int fd, std::string_view text) {
    [[maybe_unused]] const ssize_t written = ::write(fd, text.data(), text.size());
}

/// Whole characters of UTF-8.
void rub_out(std::string& line) {
    const auto is_middle = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    while (!line.empty() && is_middle(line.back())) line.pop_back();
    if (!line.empty()) line.pop_back();
}

Result<std::string> read_keys(int fd) {
    constexpr char kInterrupt = 3;
    constexpr char kEnd = 4;
    constexpr char kKillLine = 21;
    constexpr char kRubOut = 127;
    std::string line;
    char key = 0;
    while (line.size() < kMaxSecretFileBytes) {
        const ssize_t got = ::read(fd, &key, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || key == kInterrupt || key == kEnd) return fail(Errc::closed, "given up");
        if (key == '\n' || key == '\r') return line;
        if (key == kRubOut || key == '\b') {
            rub_out(line);
        } else if (key == kKillLine) {
            line.clear();
        } else {
            line += key;
        }
    }
    return fail(Errc::closed, "what was typed is too long");
}

}  // namespace

Result<std::string> read_secret_line(const std::string& path) {
    auto text = read_trusted_file(path, kMaxSecretFileBytes);
    if (!text) return text;
    text->resize(std::min(text->find_first_of("\r\n"), text->size()));
    if (text->empty())
        return fail(Errc::invalid, fmt::format("the first line of {} is empty", path));
    return text;
}

Result<std::string> ask_on_terminal(const std::string& prompt) {
    const net::Fd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal) return fail(Errc::not_found, "there is no terminal to ask for the password on");
    const MuteTerminal mute(terminal.get());
    if (!mute.good()) return fail(Errc::io, "the terminal would show the password");
    say(terminal.get(), prompt);
    auto line = read_keys(terminal.get());
    say(terminal.get(), "\r\n");
    return line;
}

std::optional<std::string> get_password(const std::string& file, bool fresh,
                                        const Console& console) {
    auto password = file.empty() ? ask_on_terminal("Password: ") : read_secret_line(file);
    if (password && fresh && file.empty()) {
        const auto again = ask_on_terminal("The same again: ");
        if (!again) password = again;
        if (again && *again != *password)
            password = fail(Errc::invalid, "the two passwords differ");
    }
    if (password) return std::move(*password);
    console.fail(kFailed, password.error().what,
                 password.error().code == Errc::not_found && file.empty()
                     ? "write it to a file that only you can read, and give --password-file"
                     : "");
    return std::nullopt;
}

}  // namespace homeport::cli
