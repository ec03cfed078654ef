#include "app/program_runner.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>

namespace homeport::app {
namespace {

/// posix_spawn(3) with nothing on its input and no signals blocked: ours are, for signalfd(2).
Result<pid_t> spawn(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, arguments.front(), &files, &attributes, arguments.data(), ::environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) return fail(Errc::io, std::strerror(error));
    return pid;
}

}  // namespace

ProgramRunner::ProgramRunner(net::Loop& loop, Log& log)
    : loop_(loop), log_(log), timer_(loop.timers(), net::call<&ProgramRunner::look>(this)) {}
ProgramRunner::~ProgramRunner() = default;

void ProgramRunner::run(std::vector<std::string> words) {
    if (words.empty()) return;
    if (running_.size() >= kMaxPrograms) {
        log_.warn("program.skipped", {{"program", words.front()}, {"why", "too many run already"}});
        return;
    }
    const auto pid = spawn(words);
    if (!pid) {
        log_.warn("program.failed", {{"program", words.front()}, {"why", pid.error().what}});
        return;
    }
    running_.push_back(
        {.pid = *pid, .path = std::move(words.front()), .deadline = loop_.now() + kProgramTime});
    timer_.arm(loop_.now() + kProgramLook);
}

void ProgramRunner::look() {
    std::erase_if(running_, [this](const Program& program) { return is_over(program); });
    if (!running_.empty()) timer_.arm(loop_.now() + kProgramLook);
}

bool ProgramRunner::is_over(const Program& program) {
    int status = 0;
    if (::waitpid(program.pid, &status, WNOHANG) == 0) {
        if (loop_.now() < program.deadline) return false;
        // With what it has started itself.
        ::kill(-program.pid, SIGKILL);
        ::waitpid(program.pid, &status, 0);
        log_.warn("program.failed", {{"program", program.path}, {"why", "it took too long"}});
        return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        log_.info("program.done", {{"program", program.path}});
    } else {
        const std::string why = WIFEXITED(status)
                                    ? "exit status " + std::to_string(WEXITSTATUS(status))
                                    : "signal " + std::to_string(WTERMSIG(status));
        log_.warn("program.failed", {{"program", program.path}, {"why", why}});
    }
    return true;
}

}  // namespace homeport::app
