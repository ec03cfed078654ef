#pragma once
/// Runs programs of the owner's settings, without a shell and without waiting for them: hooks.

#include "core/log.hpp"
#include "core/result.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace homeport::app {

/// More at once are not started, which the log says.
inline constexpr std::size_t kMaxPrograms = 8;
/// A program that takes longer is killed.
inline constexpr Duration kProgramTime = 30s;
/// How often the ends of programs are looked for.
inline constexpr Duration kProgramLook = 50ms;

class ProgramRunner {
public:
    ProgramRunner(net::Loop& loop, Log& log);
    /// Programs that still run are left to themselves.
    ~ProgramRunner();

    /// `words`: the program's path and its arguments. Its input is empty, its output is ours; it
    /// gets our environment. What became of it is in the log: "program.done", "program.failed".
    void run(std::vector<std::string> words);
    std::size_t running() const { return running_.size(); }

private:
    struct Program {
        pid_t pid = 0;
        std::string path;
        TimePoint deadline{};
    };

    void look();
    bool is_over(const Program& program);

    net::Loop& loop_;
    Log& log_;
    std::vector<Program> running_;
    net::Timer timer_;
};

}  // namespace homeport::app
